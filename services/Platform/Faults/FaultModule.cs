using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace Suite.Platform.Faults;

/// <summary>Faults on a running service, in development (<c>docs/decisions/0018-faults-on-a-running-service.md</c>).</summary>
public static class FaultModule
{
    /// <summary>
    /// Adds <see cref="FaultBoard"/> and what leads to stores past it, where <c>SUITE_FAULTS</c> is on. Otherwise nothing: whoever could meet a
    /// fault asks for the board once, and finds none.
    /// </summary>
    /// <exception cref="InvalidOperationException">The setting can not be read, or this is Production.</exception>
    internal static IServiceCollection AddFaults(this IServiceCollection services, IConfiguration configuration, IHostEnvironment environment)
    {
        services.AddSingleton<FaultRequests>();
        if (FaultSettings.AreOn(configuration, environment))
        {
            services.AddSingleton<FaultBoard>();
            services.AddSingleton<StoreLinks>();
            services.AddHealthChecks().AddCheck<FaultReadiness>("faults", HealthStatus.Unhealthy, ["ready"]);
        }

        return services;
    }

    /// <summary>Maps <c>suite.ops.v1.FaultService</c>.</summary>
    public static void MapFaults(this IEndpointRouteBuilder app) => app.MapGrpcService<FaultGrpcService>();
}
