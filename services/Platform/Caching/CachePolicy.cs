namespace Suite.Platform.Caching;

/// <summary>For how long what is cached is believed. docs/caching.md has the reasons.</summary>
public sealed record CachePolicy
{
    /// <summary>In memory, while messages of other replicas come through.</summary>
    public TimeSpan Memory { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>In memory, while they do not: nobody would say that something changed.</summary>
    public TimeSpan MemoryAlone { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>In Redis.</summary>
    public TimeSpan Redis { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>What is added at random to either, so that what was cached together does not expire together.</summary>
    public TimeSpan Jitter { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>For how long an old value is better than an error, when the record does not answer.</summary>
    public TimeSpan FailSafe { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>How long one operation on Redis may take before it counts as a miss.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How many values memory holds at most.</summary>
    public int MemoryEntries { get; init; } = 100_000;
}
