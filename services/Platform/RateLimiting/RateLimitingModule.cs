using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using Suite.Platform.Redis;

namespace Suite.Platform.RateLimiting;

/// <summary>Gives a service limits that hold for all its replicas together.</summary>
public static class RateLimitingModule
{
    /// <summary>Adds <see cref="IRateLimiter"/> over the Redis of <c>SUITE_REDIS</c>.</summary>
    public static IServiceCollection AddRateLimiting(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddRedis(configuration);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IRateLimiter>(provider => new RedisRateLimiter(
            new Lazy<IConnectionMultiplexer>(() => provider.GetRequiredService<IConnectionMultiplexer>()),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<RedisRateLimiter>>()));
        return services;
    }
}
