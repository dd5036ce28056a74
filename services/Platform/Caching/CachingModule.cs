using System.Diagnostics.Metrics;
using Google.Protobuf;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using Suite.Platform.Redis;

namespace Suite.Platform.Caching;

/// <summary>Gives a service its caches: memory first, Redis behind it, and messages between replicas that evict.</summary>
public static class CachingModule
{
    /// <summary>Adds <see cref="ContractCache{T}"/>. Its name stands in keys and channels, so it never changes once it was used.</summary>
    /// <param name="services">Where to.</param>
    /// <param name="configuration">Names Redis.</param>
    /// <param name="name">What is cached, in the singular: <c>user</c>.</param>
    /// <param name="parser">Reads the message.</param>
    /// <param name="version">The version of a message, from 1, which grows with each change.</param>
    /// <param name="policy">For how long; the default when null.</param>
    public static IServiceCollection AddContractCache<T>(
        this IServiceCollection services,
        IConfiguration configuration,
        string name,
        MessageParser<T> parser,
        Func<T, long> version,
        CachePolicy? policy = null)
        where T : class, IMessage<T>
    {
        services.AddRedis(configuration);
        services.AddMetrics();
        return services.AddSingleton(provider => new ContractCache<T>(
            name,
            parser,
            version,
            policy ?? new CachePolicy(),
            provider.GetRequiredService<IConnectionMultiplexer>(),
            provider.GetRequiredService<RedisPulse>(),
            new CacheTelemetry(provider.GetRequiredService<IMeterFactory>(), name),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<ContractCache<T>>>()));
    }
}
