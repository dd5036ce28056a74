using Suite.Orders.Timelines.Storage;
using Suite.Platform.Mongo;
using Suite.Platform.Projections;

namespace Suite.Orders.Timelines;

/// <summary>The stories of orders.</summary>
internal static class TimelineModule
{
    /// <summary>Adds them: their store, whose histories they are made of, and who keeps them.</summary>
    public static void AddTimelines(this IServiceCollection services, IConfiguration configuration)
    {
        if (services.AddMongo(configuration, "suite_order"))
        {
            services.AddSingleton<ITimelineStore, MongoTimelines>();
        }
        else
        {
            services.AddSingleton<ITimelineStore, PostgresTimelines>();
        }

        services.AddSingleton<IHistorySource, OrderHistorySource>();
        services.AddRemoteHistory("payment", "suite.payment.v1", "SUITE_PAYMENT_ADDRESS");
        services.AddRemoteHistory("user", "suite.user.v1", "SUITE_USER_ADDRESS");
        services.AddProjection<TimelineProjection>();
    }
}
