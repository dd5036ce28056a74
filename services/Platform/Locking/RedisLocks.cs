using System.Globalization;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Suite.Platform.Locking;

/// <summary>Locks as keys in Redis that expire. Decision 12 says what they give and what they do not.</summary>
internal sealed class RedisLocks(IConnectionMultiplexer redis, TimeProvider time, ILogger<RedisLocks> logger) : ILocks
{
    private static readonly TimeSpan s_shortest = TimeSpan.FromSeconds(0.5);

    public async Task<HeldLock?> TryAcquireAsync(string name, TimeSpan lease, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentOutOfRangeException.ThrowIfLessThan(lease, s_shortest);
        var key = new LockKey(redis, name, lease);
        // From before it was asked for: the server counts from later, so that its end is never before ours.
        var begun = time.GetTimestamp();
        try
        {
            var token = await key.AcquireAsync().WaitAsync(cancellationToken);
            return token is { } taken ? new HeldLock(key, taken, begun, time, logger) : null;
        }
        catch (Exception e) when (e is RedisException or TimeoutException)
        {
            throw new LocksAwayException(e);
        }
    }
}

/// <summary>One lock in Redis as one holder sees it.</summary>
internal sealed class LockKey(IConnectionMultiplexer redis, string name, TimeSpan lease)
{
    private readonly RedisKey[] _keys = [$"suite:lock:{{{name}}}", $"suite:fence:{{{name}}}"];
    private readonly string _owner = Guid.NewGuid().ToString("N");

    public string Name => name;

    public TimeSpan Lease => lease;

    public async Task<long?> AcquireAsync()
    {
        var answer = await redis.GetDatabase().ScriptEvaluateAsync(LockScripts.Acquire, _keys, [_owner, (long)lease.TotalMilliseconds]);
        return answer.IsNull ? null : long.Parse((string)answer!, NumberStyles.None, CultureInfo.InvariantCulture);
    }

    public async Task<bool> ExtendAsync() =>
        (long)await redis.GetDatabase().ScriptEvaluateAsync(LockScripts.Extend, [_keys[0]], [_owner, (long)lease.TotalMilliseconds]) == 1;

    public async Task<bool> ReleaseAsync() =>
        (long)await redis.GetDatabase().ScriptEvaluateAsync(LockScripts.Release, [_keys[0]], [_owner]) == 1;
}
