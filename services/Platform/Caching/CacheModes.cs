using Suite.Platform.Redis;
using ZiggyCreatures.Caching.Fusion;

namespace Suite.Platform.Caching;

/// <summary>How the library is asked: one set of options for each thing that a cache does.</summary>
internal sealed class CacheModes
{
    /// <summary>The share of its time in memory after which a value that is still asked for is fetched again beside the answer.</summary>
    public const float EagerShare = 0.8f;

    public CacheModes(CachePolicy policy)
    {
        Read = new FusionCacheEntryOptions(policy.Memory)
        {
            DistributedCacheDuration = policy.Redis,
            JitterMaxDuration = policy.Jitter,
            Size = 1,
            IsFailSafeEnabled = true,
            FailSafeMaxDuration = policy.FailSafe,
            FailSafeThrottleDuration = TimeSpan.FromSeconds(1),
            EagerRefreshThreshold = EagerShare,
            DistributedCacheSoftTimeout = policy.Patience,
            DistributedCacheHardTimeout = policy.Patience,
            // Nobody waits for Redis to have taken what was read, and nobody else need hear that it was.
            AllowBackgroundDistributedCacheOperations = true,
            SkipBackplaneNotifications = true,
        };
        ReadRecord = Read.Duplicate();
        ReadRecord.SkipDistributedCacheRead = true;
        ReadRecord.IsFailSafeEnabled = false;
        ReadMemory = Read.Duplicate();
        ReadMemory.SkipDistributedCacheRead = true;
        ReadStale = ReadMemory.Duplicate();
        ReadStale.AllowStaleOnReadOnly = true;
        Here = Read.Duplicate();
        Here.SkipDistributedCacheWrite = true;
        Write = Read.Duplicate();
        Write.AllowBackgroundDistributedCacheOperations = false;
        Write.AllowBackgroundBackplaneOperations = false;
        Write.SkipBackplaneNotifications = false;
    }

    /// <summary>Memory, Redis, the record; what was read is kept in both.</summary>
    public FusionCacheEntryOptions Read { get; }

    /// <summary>The record, whatever the caches have; nothing old instead.</summary>
    public FusionCacheEntryOptions ReadRecord { get; }

    /// <summary>Memory alone.</summary>
    public FusionCacheEntryOptions ReadMemory { get; }

    /// <summary>Memory alone, what has expired too.</summary>
    public FusionCacheEntryOptions ReadStale { get; }

    /// <summary>Changes memory alone, and tells nobody.</summary>
    public FusionCacheEntryOptions Here { get; }

    /// <summary>Changes memory and Redis, and tells the other replicas.</summary>
    public FusionCacheEntryOptions Write { get; }

    public static FusionCacheOptions Cache(string name) => new()
    {
        CacheName = name,
        BackplaneChannelPrefix = $"suite:{RedisPulse.ChannelTag}:{name}",
        // Our own wire format, with its own first bytes.
        DistributedCacheKeyModifierMode = CacheKeyModifierMode.None,
        DisableTagging = true,
        DistributedCacheCircuitBreakerDuration = TimeSpan.FromMilliseconds(250),
        BackplaneCircuitBreakerDuration = TimeSpan.FromMilliseconds(250),
        EnableAutoRecovery = true,
        AutoRecoveryDelay = TimeSpan.FromMilliseconds(500),
        AutoRecoveryMaxItems = 100_000,
        WaitForInitialBackplaneSubscribe = false,
    };
}
