using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Suite.Platform.RateLimiting;

/// <summary>
/// Counts in Redis, by a sliding log: a sorted set of the times at which permits were taken, never longer than the limit. One
/// script on one key, so that it is atomic and works on a cluster; the clock is Redis' own, so that replicas need not agree.
/// Without Redis this process counts alone: a limit is never lifted, and a call never fails for it.
/// </summary>
internal sealed class RedisRateLimiter(Lazy<IConnectionMultiplexer> redis, TimeProvider time, ILogger<RedisRateLimiter> logger)
    : IRateLimiter
{
    /// <summary>How long Redis is left alone after it failed, so that calls do not wait for it one after another.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(1);

    /// <summary>KEYS: the log. ARGV: permits, window in microseconds, a name for this permit. Answers 0, or microseconds to wait.</summary>
    private const string Take =
        """
        local clock = redis.call('TIME')
        local now = clock[1] * 1000000 + clock[2]
        local window = tonumber(ARGV[2])
        redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - window)
        if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[1]) then
          local oldest = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
          return math.max(1, tonumber(oldest[2]) + window - now)
        end
        redis.call('ZADD', KEYS[1], now, ARGV[3])
        redis.call('PEXPIRE', KEYS[1], math.ceil(window / 1000))
        return 0
        """;

    private readonly LocalRateLimiter _local = new(time);
    private long _restUntil;
    private int _away;

    public async ValueTask<TimeSpan?> TryTakeAsync(RateLimit limit, string key, CancellationToken cancellationToken)
    {
        if (Database() is { } database)
        {
            try
            {
                var wait = (long)await database.ScriptEvaluateAsync(
                    Take,
                    [Name(limit, key)],
                    [limit.Permits, (long)limit.Window.TotalMicroseconds, Guid.NewGuid().ToByteArray()])
                    .WaitAsync(cancellationToken);
                Back();
                return wait == 0 ? null : TimeSpan.FromMicroseconds(wait);
            }
            catch (Exception e) when (IsAway(e))
            {
                Away(e);
            }
        }

        return _local.TryTake(limit, key);
    }

    public async ValueTask GiveBackAsync(RateLimit limit, string key, CancellationToken cancellationToken)
    {
        if (Database() is { } database)
        {
            try
            {
                await database.SortedSetPopAsync(Name(limit, key), Order.Descending).WaitAsync(cancellationToken);
                return;
            }
            catch (Exception e) when (IsAway(e))
            {
                Away(e);
            }
        }

        _local.GiveBack(limit, key);
    }

    private static RedisKey Name(RateLimit limit, string key) => $"suite:limit:{{{limit.Name}:{key}}}";

    private static bool IsAway(Exception exception) => exception is RedisException or TimeoutException or ObjectDisposedException;

    private IDatabase? Database()
    {
        if (time.GetTimestamp() < Volatile.Read(ref _restUntil))
        {
            return null;
        }

        try
        {
            if (redis.Value.IsConnected)
            {
                return redis.Value.GetDatabase();
            }

            Away(null);
        }
        catch (Exception e) when (IsAway(e))
        {
            Away(e);
        }

        return null;
    }

    private void Away(Exception? exception)
    {
        Volatile.Write(ref _restUntil, time.GetTimestamp() + (long)(Rest.TotalSeconds * time.TimestampFrequency));
        if (Interlocked.Exchange(ref _away, 1) == 0)
        {
            RateLimitingLog.RedisAway(logger, exception?.GetType().Name ?? "not connected");
        }
    }

    private void Back()
    {
        if (Volatile.Read(ref _away) == 1 && Interlocked.Exchange(ref _away, 0) == 1)
        {
            RateLimitingLog.RedisBack(logger);
        }
    }
}
