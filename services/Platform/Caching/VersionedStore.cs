using System.Buffers.Binary;
using Microsoft.Extensions.Caching.Distributed;
using StackExchange.Redis;
using Suite.Platform.Redis;

namespace Suite.Platform.Caching;

/// <summary>
/// The shared level in Redis. A value never takes the place of a newer one: a read that began before a write and ends after it would
/// otherwise put the old value back. Removing leaves a mark with the version in its place, for the same reason.
/// </summary>
/// <param name="redis">Where it lies.</param>
/// <param name="pulse">Whether to ask at all.</param>
/// <param name="known">The versions heard of.</param>
/// <param name="held">The version that memory has of a key, fresh or not; 0 when it has none.</param>
/// <param name="time">Stamps what is read.</param>
/// <param name="markLife">How long a removed key is remembered.</param>
internal sealed class VersionedStore(
    IConnectionMultiplexer redis, RedisPulse pulse, KnownVersions known, Func<string, long> held, TimeProvider time, TimeSpan markLife)
    : IDistributedCache
{
    /// <summary>The bytes before each value that is read: when the read began.</summary>
    public const int StampBytes = 8;

    private const int VersionBytes = 8;

    /// <summary>One key, so that it runs on any node of a cluster. Answers the version that is there afterwards.</summary>
    private const string SetUnlessOlder =
        """
        local there = redis.call('GETRANGE', KEYS[1], 0, 7)
        if #there == 8 and struct.unpack('>I8', there) > struct.unpack('>I8', ARGV[1]) then
          return there
        end
        redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
        return string.sub(ARGV[1], 1, 8)
        """;

    public async Task<byte[]?> GetAsync(string key, CancellationToken token = default)
    {
        Require();
        var begun = time.GetTimestamp();
        byte[]? bytes = await redis.GetDatabase().StringGetAsync(key);
        // What is known to be old is as good as not there: it is read from the record, or written again by whoever could not do it before.
        // So is what memory has a later version of, which happens after a failover.
        if (bytes is null || bytes.Length <= VersionBytes || BinaryPrimitives.ReadInt64BigEndian(bytes) < Math.Max(known.Floor(key), held(key)))
        {
            return null;
        }

        var stamped = new byte[StampBytes + bytes.Length];
        BinaryPrimitives.WriteInt64BigEndian(stamped, begun);
        bytes.CopyTo(stamped, StampBytes);
        return stamped;
    }

    public Task SetAsync(string key, byte[] value, DistributedCacheEntryOptions options, CancellationToken token = default)
    {
        var life = options.AbsoluteExpirationRelativeToNow ?? options.AbsoluteExpiration - time.GetUtcNow() ?? markLife;
        return SetAsync(key, value, life);
    }

    public Task RemoveAsync(string key, CancellationToken token = default)
    {
        var mark = new byte[VersionBytes];
        BinaryPrimitives.WriteInt64BigEndian(mark, known.Floor(key));
        return SetAsync(key, mark, markLife);
    }

    public Task RefreshAsync(string key, CancellationToken token = default) => Task.CompletedTask;

    public byte[]? Get(string key) => throw OnlyAsync();

    public void Set(string key, byte[] value, DistributedCacheEntryOptions options) => throw OnlyAsync();

    public void Refresh(string key) => throw OnlyAsync();

    public void Remove(string key) => throw OnlyAsync();

    private async Task SetAsync(string key, byte[] value, TimeSpan life)
    {
        Require();
        var milliseconds = Math.Max(1, (long)life.TotalMilliseconds);
        var there = (byte[]?)await redis.GetDatabase().ScriptEvaluateAsync(SetUnlessOlder, [key], [value, milliseconds]);
        if (there is { Length: VersionBytes } && BinaryPrimitives.ReadInt64BigEndian(there) is var version
            && version > BinaryPrimitives.ReadInt64BigEndian(value))
        {
            // Whoever holds the older value in memory, which is where it came from, must not answer it again.
            known.Raise(key, version);
        }
    }

    /// <summary>A server that hangs would otherwise cost every miss the whole patience.</summary>
    private void Require()
    {
        if (!pulse.IsAlive)
        {
            throw new RedisException("Redis is away.");
        }
    }

    private static NotSupportedException OnlyAsync() => new("The shared level is only asked asynchronously.");
}
