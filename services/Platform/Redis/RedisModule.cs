using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using StackExchange.Redis;
using Suite.Platform.Faults;

namespace Suite.Platform.Redis;

/// <summary>
/// Redis, a single server or a cluster: one connection a process, shared by everything. It is a cache, a lock and a rate counter;
/// losing it costs time, never data, so a server that is away neither stops the start nor fails a call.
/// </summary>
public static class RedisModule
{
    /// <summary>The configuration key of the servers.</summary>
    public const string ServersKey = "SUITE_REDIS";

    /// <summary>
    /// Adds <see cref="IConnectionMultiplexer"/> for the servers of <c>SUITE_REDIS</c>, in the form of StackExchange.Redis, and a health
    /// check that never says more than Degraded.
    /// </summary>
    /// <exception cref="InvalidOperationException"><c>SUITE_REDIS</c> is missing or can not be read.</exception>
    public static IServiceCollection AddRedis(this IServiceCollection services, IConfiguration configuration)
    {
        if (services.Any(s => s.ServiceType == typeof(IConnectionMultiplexer)))
        {
            return services;
        }

        var options = Options(configuration[ServersKey]);
        services.AddSingleton<IConnectionMultiplexer>(provider =>
        {
            provider.GetService<StoreLinks>()?.Redis(options);
            return ConnectionMultiplexer.Connect(options);
        });
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<RedisPulse>();
        services.AddHostedService<RedisWatch>();
        services.AddHealthChecks().AddCheck<RedisHealthCheck>("redis", HealthStatus.Degraded, ["ready"], TimeSpan.FromSeconds(3));
        return services;
    }

    /// <summary>What is asked of the client library; what the text sets itself stays, except what a call's latency rests on.</summary>
    internal static ConfigurationOptions Options(string? servers)
    {
        if (string.IsNullOrWhiteSpace(servers))
        {
            throw new InvalidOperationException(
                $"{ServersKey} is not set: give the Redis servers such as \"127.0.0.1:6379\", or some nodes of a cluster separated by commas.");
        }

        ConfigurationOptions options;
        try
        {
            options = ConfigurationOptions.Parse(servers);
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            // The text is not repeated, and the exception is not kept: a password may be in both.
            throw new InvalidOperationException($"{ServersKey} can not be read: it is host:port[,host:port…][,password=…][,ssl=true].");
        }

        options.ClientName ??= string.Create(CultureInfo.InvariantCulture, $"suite-{Environment.ProcessId}");
        // Away at the start is as good as away later.
        options.AbortOnConnectFail = false;
        options.ConnectTimeout = 2000;
        options.AsyncTimeout = 1000;
        options.SyncTimeout = 1000;
        // Whoever can do without must not wait in a queue for a connection that may come.
        options.BacklogPolicy = BacklogPolicy.FailFast;
        options.ReconnectRetryPolicy = new ExponentialRetry(100, 2000);
        options.HeartbeatInterval = TimeSpan.FromMilliseconds(500);
        options.KeepAlive = 5;
        // How soon a failover in a cluster is noticed when no answer tells of it.
        options.ConfigCheckSeconds = 5;
        options.IncludeDetailInExceptions = false;
        return options;
    }
}
