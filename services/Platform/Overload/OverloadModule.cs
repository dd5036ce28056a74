using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Suite.Platform.Overload;

/// <summary>Limits that adapt to latency, in front of everything a call costs (docs/decisions/0017-overload.md).</summary>
internal static class OverloadModule
{
    /// <exception cref="InvalidOperationException">A setting can not be read; the message names it.</exception>
    public static IServiceCollection AddOverload(this IServiceCollection services, IConfiguration configuration)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddMetrics();
        services.AddSingleton(OverloadOptions.From(configuration));
        services.AddSingleton<MethodLimits>();
        services.AddHostedService<StarvationGuard>();
        return services;
    }

    public static void UseOverload(this IApplicationBuilder app) => app.UseMiddleware<OverloadMiddleware>();
}
