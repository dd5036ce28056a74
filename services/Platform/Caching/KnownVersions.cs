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
    private volatile Generation _current = new(null, time.GetTimestamp());

    /// <summary>The lowest version that may be answered; 0 when nothing is known.</summary>
    public long Floor(string key)
    {
        var current = _current;
        return Math.Max(current.Find(key), current.Before?.Find(key) ?? 0);
    }

    /// <summary>Nothing below <paramref name="version"/> is answered from here on.</summary>
    public void Raise(string key, long version)
    {
        Turn();
        _current.Raise(key, version);
    }

    /// <summary>The record itself said otherwise, which happens after it was restored from a backup.</summary>
    public void Forget(string key)
    {
        var current = _current;
        current.Versions.TryRemove(key, out _);
        current.Before?.Versions.TryRemove(key, out _);
    }

    private void Turn()
    {
        if (time.GetElapsedTime(_current.Since) <= keep)
        {
            return;
        }

        lock (_turning)
        {
            if (time.GetElapsedTime(_current.Since) > keep)
            {
                _current = new Generation(_current, time.GetTimestamp());
            }
        }
    }

    private sealed class Generation
    {
        // Most of the time nothing is written, and a hit in memory need not even hash its key again.
        private volatile bool _hasAny;

        public Generation(Generation? before, long since)
        {
            Before = before;
            Since = since;
            if (before is not null)
            {
                before.Before = null;
            }
        }

        public ConcurrentDictionary<string, long> Versions { get; } = new(StringComparer.Ordinal);

        public Generation? Before { get; private set; }

        public long Since { get; }

        public long Find(string key) => _hasAny && Versions.TryGetValue(key, out var version) ? version : 0;

        public void Raise(string key, long version)
        {
            _hasAny = true;
            Versions.AddOrUpdate(key, static (_, added) => added, static (_, known, added) => Math.Max(known, added), version);
        }
    }
}
