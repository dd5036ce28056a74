namespace Suite.Platform.RateLimiting;

/// <summary>
/// Counts in this process: exact within it, and of bounded size. Takes over where Redis is away, so that a limit holds then too,
/// once per replica.
/// </summary>
internal sealed class LocalRateLimiter(TimeProvider time, int mostKeys = 100_000)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Limit, string Key), Log> _logs = [];

    /// <inheritdoc cref="IRateLimiter.TryTakeAsync"/>
    public TimeSpan? TryTake(RateLimit limit, string key)
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();
            var log = Find(limit, key);
            log.Forget(now - Ticks(limit.Window));
            if (log.Taken.Count >= limit.Permits)
            {
                return time.GetElapsedTime(now, log.Taken.First!.Value + Ticks(limit.Window));
            }

            log.Taken.AddLast(now);
            return null;
        }
    }

    /// <inheritdoc cref="IRateLimiter.GiveBackAsync"/>
    public void GiveBack(RateLimit limit, string key)
    {
        lock (_lock)
        {
            if (_logs.TryGetValue((limit.Name, key), out var log) && log.Taken.Count > 0)
            {
                log.Taken.RemoveLast();
            }
        }
    }

    private Log Find(RateLimit limit, string key)
    {
        if (_logs.TryGetValue((limit.Name, key), out var known))
        {
            return known;
        }

        if (_logs.Count >= mostKeys)
        {
            Shrink();
            if (_logs.Count >= mostKeys)
            {
                // Too many to tell apart: those who come now share one log. Stricter than asked for, never unlimited.
                key = string.Empty;
            }
        }

        return _logs.TryGetValue((limit.Name, key), out var shared) ? shared : _logs[(limit.Name, key)] = new Log(Ticks(limit.Window));
    }

    private void Shrink()
    {
        var now = time.GetTimestamp();
        foreach (var (key, log) in _logs)
        {
            log.Forget(now - log.Window);
            if (log.Taken.Count == 0)
            {
                _logs.Remove(key);
            }
        }
    }

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * time.TimestampFrequency);

    /// <summary>When permits were taken, oldest first.</summary>
    private sealed class Log(long window)
    {
        public long Window => window;

        public LinkedList<long> Taken { get; } = [];

        public void Forget(long before)
        {
            while (Taken.First is { } oldest && oldest.Value <= before)
            {
                Taken.RemoveFirst();
            }
        }
    }
}
