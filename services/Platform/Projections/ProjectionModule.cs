using Grpc.Net.ClientFactory;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Suite.Contracts.Ops.V1;
using Suite.Platform.Hosting;
using Suite.Platform.Messaging;
using Suite.Platform.Messaging.Inbox;
using Suite.Platform.Postgres;

namespace Suite.Platform.Projections;

/// <summary>Gives a service documents that are made of events, and lets others read its history. It needs a database and messaging first.</summary>
public static class ProjectionModule
{
    /// <summary>Adds a projection.</summary>
    public static IServiceCollection AddProjection<TProjection>(this IServiceCollection services)
        where TProjection : class, IProjection
    {
        if (services.All(service => service.ServiceType != typeof(ProjectionStore)))
        {
            services.AddMigrations(new MigrationSet("projections", typeof(ProjectionModule).Assembly, "Suite.Platform.Projections.Migrations"));
            services.AddSingleton<ProjectionStore>();
            services.AddSingleton(provider => new ProjectionProgress(
                provider.GetRequiredService<Npgsql.NpgsqlDataSource>(),
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<Microsoft.Extensions.Logging.ILogger<ProjectionProgress>>()));
            services.AddSingleton<ProjectionTelemetry>();
            services.AddSingleton(provider => new ServingGeneration(
                provider.GetRequiredService<ProjectionStore>(), provider.GetRequiredService<TimeProvider>()));
            services.AddSingleton<ProjectionGrpcService>();
            services.AddSingleton<ProjectionBuilder>();
            services.AddHostedService(provider => provider.GetRequiredService<ProjectionBuilder>());
        }

        services.TryAddSingleton<TProjection>();
        services.AddSingleton<IProjection>(provider => provider.GetRequiredService<TProjection>());
        services.AddSingleton<IMessageApplier>(provider =>
            ActivatorUtilities.CreateInstance<ProjectionApplier>(provider, (IProjection)provider.GetRequiredService<TProjection>()));
        return services;
    }

    /// <summary>Adds the history of another service, for the projections of this one.</summary>
    /// <param name="services">Where to.</param>
    /// <param name="owner">Whose, for example <c>payment</c>.</param>
    /// <param name="topic">The topic it tells its events on.</param>
    /// <param name="addressKey">Where its address stands, for example <c>SUITE_PAYMENT_ADDRESS</c>.</param>
    public static IServiceCollection AddRemoteHistory(this IServiceCollection services, string owner, string topic, string addressKey)
    {
        var client = $"history of {owner}";
        services.AddServiceClient<HistoryService.HistoryServiceClient>(addressKey, owner, client);
        return services.AddSingleton<IHistorySource>(provider => new RemoteHistory(
            owner, topic, provider.GetRequiredService<GrpcClientFactory>().CreateClient<HistoryService.HistoryServiceClient>(client)));
    }

    /// <summary>Lets other services read what this one keeps, see <see cref="OutgoingEvent.History"/>.</summary>
    public static IServiceCollection AddHistory(this IServiceCollection services)
    {
        services.AddSingleton<EventHistory>();
        services.AddSingleton<HistoryGrpcService>();
        return services;
    }

    /// <summary>Maps <c>suite.ops.v1.ProjectionService</c>.</summary>
    public static void MapProjections(this IEndpointRouteBuilder app) => app.MapGrpcService<ProjectionGrpcService>();

    /// <summary>Maps <c>suite.ops.v1.HistoryService</c>.</summary>
    public static void MapHistory(this IEndpointRouteBuilder app) => app.MapGrpcService<HistoryGrpcService>();
}
