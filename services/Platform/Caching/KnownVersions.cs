using System.Collections.Concurrent;

namespace Suite.Platform.Caching;

/// <summary>
/// The latest version of each key that this process has heard of, for as long as something older may lie in a cache. A value with
/// a lower one is never answered, whichever way it came, and however late.
/// </summary>
internal sealed class KnownVersions(TimeProvider time, TimeSpan keep)
{
    // Two generations: a version is forgotten after one to two times the time to keep, without a timer of its own.
    private readonly Lock _turning = new();
    private volatile Generations _generations = new([], [], time.GetTimestamp());

    /// <summary>The lowest version that may be answered; 0 when nothing is known.</summary>
    public long Floor(string key)
    {
        var generations = _generations;
        var floor = 0L;
        if (generations.Current.TryGetValue(key, out var version))
        {
            floor = version;
        }

        if (generations.Before.TryGetValue(key, out version) && version > floor)
        {
            floor = version;
        }

        return floor;
    }

    /// <summary>Nothing below <paramref name="version"/> is answered from here on.</summary>
    public void Raise(string key, long version)
    {
        Turn();
        _generations.Current.AddOrUpdate(key, static (_, added) => added, static (_, known, added) => Math.Max(known, added), version);
    }

    /// <summary>The record itself said otherwise, which happens after it was restored from a backup.</summary>
    public void Forget(string key)
    {
        _generations.Current.TryRemove(key, out _);
        _generations.Before.TryRemove(key, out _);
    }

    private void Turn()
    {
        if (time.GetElapsedTime(_generations.Since) <= keep)
        {
            return;
        }

        lock (_turning)
        {
            if (time.GetElapsedTime(_generations.Since) > keep)
            {
                _generations = new Generations([], _generations.Current, time.GetTimestamp());
            }
        }
    }

    private sealed record Generations(ConcurrentDictionary<string, long> Current, ConcurrentDictionary<string, long> Before, long Since);
}
