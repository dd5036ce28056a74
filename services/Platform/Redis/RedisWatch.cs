using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Suite.Platform.Redis;

/// <summary>Connects before the first call does, and says when the connection goes and comes.</summary>
internal sealed class RedisWatch(IServiceProvider services, ILogger<RedisWatch> logger) : IHostedService
{
    private IConnectionMultiplexer? _redis;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        // Not in the constructor, and not on this thread: connecting blocks for up to two seconds when the server is away.
        _redis = await Task.Run(() => (IConnectionMultiplexer)services.GetService(typeof(IConnectionMultiplexer))!, cancellationToken);
        _redis.ConnectionFailed += OnFailed;
        _redis.ConnectionRestored += OnRestored;
        _ = services.GetService(typeof(RedisPulse));
        if (!_redis.IsConnected)
        {
            RedisLog.StartingWithout(logger);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        if (_redis is not null)
        {
            _redis.ConnectionFailed -= OnFailed;
            _redis.ConnectionRestored -= OnRestored;
        }

        return Task.CompletedTask;
    }

    private void OnFailed(object? sender, ConnectionFailedEventArgs e)
    {
        if (e.ConnectionType == ConnectionType.Interactive)
        {
            RedisLog.Lost(logger, e.EndPoint?.ToString(), e.FailureType);
        }
    }

    private void OnRestored(object? sender, ConnectionFailedEventArgs e)
    {
        if (e.ConnectionType == ConnectionType.Interactive)
        {
            RedisLog.Restored(logger, e.EndPoint?.ToString());
        }
    }
}
