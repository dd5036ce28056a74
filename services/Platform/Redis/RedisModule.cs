using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using StackExchange.Redis;

namespace Suite.Platform.Redis;

/// <summary>
/// Redis, a single server or a cluster: one connection a process, shared by everything. It is a cache, a lock and a rate counter;
/// losing it costs time, never data, so a server that is away neither stops the start nor fails a call.
/// </summary>
public static class RedisModule
{
    /// <summary>Adds <see cref="IConnectionMultiplexer"/> for the servers of <c>SUITE_REDIS</c>, in the form of StackExchange.Redis.</summary>
    public static IServiceCollection AddRedis(this IServiceCollection services, IConfiguration configuration)
    {
        services.TryAddSingleton<IConnectionMultiplexer>(_ => ConnectionMultiplexer.Connect(Options(configuration)));
        return services;
    }

    private static ConfigurationOptions Options(IConfiguration configuration)
    {
        var servers = configuration["SUITE_REDIS"]
            ?? throw new InvalidOperationException("SUITE_REDIS must name the Redis servers, for example 127.0.0.1:6379.");
        var options = ConfigurationOptions.Parse(servers);
        options.AbortOnConnectFail = false;
        options.ConnectTimeout = 2000;
        options.AsyncTimeout = 1000;
        options.SyncTimeout = 1000;
        return options;
    }
}
