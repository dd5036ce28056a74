using Suite.Orders.Search.Storage;
using Suite.Platform.Elastic;
using Suite.Platform.Projections;

namespace Suite.Orders.Search;

/// <summary>Finding orders by what is in them.</summary>
internal static class SearchModule
{
    /// <summary>Adds the index and who keeps it.</summary>
    public static void AddSearch(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<OrderRecord>();
        if (services.AddElastic(configuration))
        {
            services.AddSingleton<IOrderIndex, ElasticIndex>();
        }
        else
        {
            services.AddSingleton<IOrderIndex, PostgresIndex>();
        }

        services.AddProjection<SearchProjection>();
    }
}
