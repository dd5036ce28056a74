using Google.Protobuf;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using Suite.Platform.Redis;
using ZiggyCreatures.Caching.Fusion;
using ZiggyCreatures.Caching.Fusion.Backplane.StackExchangeRedis;
using ZiggyCreatures.Caching.Fusion.Events;

namespace Suite.Platform.Caching;

/// <summary>
/// Contract messages in memory (L1) and in Redis (L2): <c>ReadAsideAsync</c> for reads, <see cref="WriteThroughAsync"/> for writes. FusionCache does the caching; this class adds what it cannot know, which is the
/// version of a message: what this process has heard to be old is never answered, however late it arrives. Redis being away, slow or
/// flushed costs time and never an answer. Answered messages are shared: nobody may change one.
/// </summary>
public sealed class ContractCache<T> : IDisposable
    where T : class, IMessage<T>
{
    private static readonly TimeSpan s_saying = TimeSpan.FromSeconds(10);

    private readonly string _name;
    private readonly string _prefix;
    private readonly Func<T, long> _version;
    private readonly CachePolicy _policy;
    private readonly RedisPulse _pulse;
    private readonly CacheTelemetry _telemetry;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly KnownVersions _known;
    private readonly VersionedStore _shared;
    private readonly CacheCodec<T> _codec;
    private readonly MemoryCache _memory;
    private readonly FusionCache _cache;
    private readonly CacheModes _modes;
    private readonly long _fresh;
    private readonly long _eager;
    private readonly long _alone;
    private long _saidAt;

    internal ContractCache(
        string name,
        MessageParser<T> parser,
        Func<T, long> version,
        CachePolicy policy,
        IConnectionMultiplexer redis,
        RedisPulse pulse,
        CacheTelemetry telemetry,
        TimeProvider time,
        ILogger logger)
    {
        _name = name;
        _prefix = $"suite:{name}:{{";
        _version = version;
        _policy = policy;
        _pulse = pulse;
        _telemetry = telemetry;
        _time = time;
        _logger = logger;
        _fresh = Ticks(policy.Memory);
        _eager = Ticks(policy.Memory * CacheModes.EagerShare);
        _alone = Ticks(policy.MemoryAlone);
        // Longer than anything older can lie in either level and be taken for fresh.
        _known = new KnownVersions(time, policy.Memory + policy.Redis + policy.Jitter);
        _shared = new VersionedStore(redis, pulse, _known, HeldVersion, time, policy.Redis + policy.Jitter);
        _codec = new CacheCodec<T>(parser);
        _memory = new MemoryCache(new MemoryCacheOptions { SizeLimit = policy.MemoryEntries });

        _modes = new CacheModes(policy);
        _cache = new FusionCache(CacheModes.Cache(name), _memory);
        _cache.SetupDistributedCache(_shared, _codec);
        _cache.SetupBackplane(new VersionedBackplane(
            new RedisBackplane(new RedisBackplaneOptions { ConnectionMultiplexerFactory = () => Task.FromResult(redis) }), _known, Drop));
        _cache.Events.FailSafeActivate += OnFailSafe;
    }

    /// <summary>
    /// Cache-aside: memory, then Redis, then <paramref name="load"/>, whose answer is kept in both. Callers of one key share one load. Null
    /// when the record has none, which is not remembered. What memory has is answered without waiting.
    /// </summary>
    /// <param name="id">Which one.</param>
    /// <param name="load">Reads the record.</param>
    /// <param name="cancellationToken">Ends the wait of this caller.</param>
    public ValueTask<T?> ReadAsideAsync(string id, Func<string, CancellationToken, Task<T?>> load, CancellationToken cancellationToken)
    {
        var key = Key(id);
        var found = _cache.TryGet<Cached<T>>(key, _modes.ReadMemory, CancellationToken.None);
        if (!found.HasValue || !IsFresh(key, found.Value, andForAWhile: true))
        {
            // What will soon be too old is answered, and refreshed beside.
            return new ValueTask<T?>(ReadAsync(id, key, load, found.HasValue && IsFresh(key, found.Value) ? "memory" : "redis", cancellationToken));
        }

        _telemetry.Memory();
        return new ValueTask<T?>(found.Value.Value);
    }

    /// <summary>
    /// Cache-aside for many: memory, then Redis in one go, then <paramref name="load"/> once for all the rest. What there is, by id.
    /// </summary>
    public async Task<IReadOnlyDictionary<string, T>> ReadAsideAsync(
        IReadOnlyCollection<string> ids,
        Func<IReadOnlyCollection<string>, CancellationToken, Task<IReadOnlyDictionary<string, T>>> load,
        CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, T>(ids.Count, StringComparer.Ordinal);
        var missing = new List<string>();
        foreach (var id in ids.Distinct(StringComparer.Ordinal))
        {
            var key = Key(id);
            var here = _cache.TryGet<Cached<T>>(key, _modes.ReadMemory, CancellationToken.None);
            if (here.HasValue && IsFresh(key, here.Value))
            {
                found[id] = here.Value.Value!;
            }
            else
            {
                missing.Add(id);
            }
        }

        Count("memory", found.Count);
        if (missing.Count > 0 && _pulse.IsAlive)
        {
            // Sent one after another without waiting, so that all of them cost one round trip to each node of a cluster.
            var shared = await Task.WhenAll(missing.Select(id => FindSharedAsync(Key(id))));
            var asked = missing.Count;
            missing = [.. missing.Where((id, i) => !Take(id, shared[i]))];
            Count("redis", asked - missing.Count);
        }

        if (missing.Count > 0)
        {
            Count("record", missing.Count);
            var begun = _time.GetTimestamp();
            foreach (var (id, value) in await load(missing, cancellationToken))
            {
                found[id] = value;
                await _cache.SetAsync(Key(id), new Cached<T>(value, _version(value), begun), _modes.Read, token: CancellationToken.None);
            }
        }

        return found;

        void Count(string level, int count)
        {
            if (count > 0)
            {
                _telemetry.Count(level, count);
            }
        }

        bool Take(string id, Cached<T>? shared)
        {
            if (shared is null || !IsFresh(Key(id), shared))
            {
                return false;
            }

            found[id] = shared.Value!;
            _cache.Set(Key(id), shared, _modes.Here, token: CancellationToken.None);
            return true;
        }
    }

    /// <summary>
    /// Write-through, for after the commit: memory here, Redis, and every other replica's memory hears of it. It never throws: while Redis is
    /// away it is tried again in the background, and other replicas find out by the age of what they hold.
    /// </summary>
    public async Task WriteThroughAsync(string id, T value)
    {
        var key = Key(id);
        var version = _version(value);
        _known.Raise(key, version);
        await _cache.SetAsync(key, new Cached<T>(value, version, _time.GetTimestamp()), _modes.Write, token: CancellationToken.None);
    }

    /// <summary>
    /// Takes everything older than <paramref name="version"/> out of memory here, out of Redis, and out of other replicas' memory. It never
    /// throws.
    /// </summary>
    public async Task EvictAsync(string id, long version)
    {
        var key = Key(id);
        _known.Raise(key, version);
        await _cache.ExpireAsync(key, _modes.Write, CancellationToken.None);
    }

    /// <summary>Says that a version exists, heard by another way than Redis: nothing older is answered here any more. It costs nothing.</summary>
    public void Heard(string id, long version) => _known.Raise(Key(id), version);

    /// <inheritdoc/>
    public void Dispose()
    {
        _cache.Dispose();
        _telemetry.Dispose();
        _memory.Dispose();
    }

    /// <summary>In braces is what a cluster places keys by: all that belongs to one id lies on one node.</summary>
    private string Key(string id) => string.Concat(_prefix, id, "}");

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * _time.TimestampFrequency);

    private bool IsFresh(string key, Cached<T> entry, bool andForAWhile = false)
    {
        var now = _time.GetTimestamp();
        // A value that came before a break may have been changed in it, unheard.
        var limit = _pulse.AliveSince(now) is not { } since || entry.CheckedAt < since ? _alone
            : andForAWhile ? _eager
            : _fresh;
        return now - entry.CheckedAt <= limit && entry.Version >= _known.Floor(key);
    }

    private async Task<T?> ReadAsync(
        string id, string key, Func<string, CancellationToken, Task<T?>> load, string unlessAsked, CancellationToken cancellationToken)
    {
        using var span = _telemetry.Start();
        var asked = false;
        var stale = false;
        var value = await ReadAsync(
            id,
            key,
            (which, token) =>
            {
                asked = true;
                return load(which, token);
            },
            () => stale = true,
            cancellationToken);
        CacheTelemetry.Mark(span, !asked || stale);
        _telemetry.Count(stale ? "stale" : asked ? "record" : unlessAsked);
        return value;
    }

    private async Task<T?> ReadAsync(
        string id, string key, Func<string, CancellationToken, Task<T?>> load, Action onStale, CancellationToken cancellationToken)
    {
        var entry = await FetchAsync(id, key, load, _modes.Read, cancellationToken);
        if (IsFresh(key, entry) || entry.Value is null)
        {
            return entry.Value;
        }

        if (entry.Version >= _known.Floor(key))
        {
            // The record did not answer and this is the best there is; the library holds it for a second before it asks again.
            entry.CheckedAt = _time.GetTimestamp();
            onStale();
            return entry.Value;
        }

        // Redis, or a load that had begun before, brought what is known to be old. The record has the last word.
        entry = await FetchAsync(id, key, load, _modes.ReadRecord, cancellationToken);
        if (entry.Version < _known.Floor(key) && entry.Value is not null)
        {
            // Twice, because this may have been a load of somebody who began before; the second one is surely later than what was heard.
            entry = await FetchAsync(id, key, load, _modes.ReadRecord, cancellationToken);
            if (entry.Version < _known.Floor(key))
            {
                _known.Forget(key);
            }
        }

        return entry.Value;
    }

    private async Task<Cached<T>> FetchAsync(
        string id, string key, Func<string, CancellationToken, Task<T?>> load, FusionCacheEntryOptions options, CancellationToken cancellationToken)
    {
        var held = _cache.TryGet<Cached<T>>(key, _modes.ReadMemory, CancellationToken.None);
        if (held.HasValue && !IsFresh(key, held.Value))
        {
            // Not removed: it is there for the case that nothing better can be had, and nothing older is taken in its place.
            _cache.Expire(key, _modes.Here, CancellationToken.None);
        }

        return await _cache.GetOrSetAsync<Cached<T>>(
            key,
            async (context, token) =>
            {
                var begun = _time.GetTimestamp();
                var value = await load(id, token);
                if (value is null)
                {
                    context.Options.SkipMemoryCacheWrite = true;
                    context.Options.SkipDistributedCacheWrite = true;
                    return new Cached<T>(null, 0, begun);
                }

                return new Cached<T>(value, _version(value), begun);
            },
            default,
            options,
            null,
            cancellationToken);
    }

    private long HeldVersion(string key) =>
        _cache.TryGet<Cached<T>>(key, _modes.ReadStale, CancellationToken.None).GetValueOrDefault()?.Version ?? 0;

    /// <summary>Another replica said that there is a later version: what memory has of it is let go, personal data with it.</summary>
    private void Drop(string key)
    {
        if (HeldVersion(key) is var version and not 0 && version < _known.Floor(key))
        {
            _cache.Remove(key, _modes.Here, CancellationToken.None);
        }
    }

    private async Task<Cached<T>?> FindSharedAsync(string key)
    {
        try
        {
            return await _shared.GetAsync(key, CancellationToken.None).WaitAsync(_policy.Patience, _time) is { } bytes
                && _codec.Read(bytes) is var entry
                && entry.LogicalExpirationTimestamp > _time.GetUtcNow().UtcTicks
                    ? entry.Value
                    : null;
        }
        catch (Exception e) when (e is RedisException or TimeoutException or InvalidProtocolBufferException)
        {
            return null;
        }
    }

    private void OnFailSafe(object? sender, FusionCacheEntryEventArgs e)
    {
        var said = Interlocked.Read(ref _saidAt);
        if ((said == 0 || _time.GetElapsedTime(said) > s_saying) && Interlocked.CompareExchange(ref _saidAt, _time.GetTimestamp(), said) == said)
        {
            CachingLog.ServingStale(_logger, _name, _policy.FailSafe.TotalMinutes);
        }
    }
}
