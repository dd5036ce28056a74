using System.Diagnostics;
using System.Diagnostics.Metrics;
using Suite.Platform.Telemetry;

namespace Suite.Platform.Caching;

/// <summary>Who answered: memory, Redis, the record, or, while nobody else could, what was kept for that case.</summary>
internal sealed class CacheTelemetry : IDisposable
{
    public const string Name = SuiteTelemetry.Prefix + "Caching";

    public static readonly ActivitySource Source = new(Name);

    private readonly Meter _meter;
    private readonly Counter<long> _requests;
    private readonly KeyValuePair<string, object?> _cache;

    public CacheTelemetry(IMeterFactory meters, string cache)
    {
        _cache = new("cache", cache);
        _meter = meters.Create(Name);
        _requests = _meter.CreateCounter<long>("suite.cache.requests", "{request}", "Questions to a cache, by who answered them.");
    }

    /// <summary>Memory answered; on the span of the call it is a mark and no span of its own.</summary>
    public void Memory()
    {
        Count("memory");
        Mark(Activity.Current, hit: true);
    }

    /// <summary>Someone answered.</summary>
    /// <param name="level"><c>memory</c>, <c>redis</c>, <c>record</c> or <c>stale</c>.</param>
    /// <param name="count">How many questions.</param>
    public void Count(string level, int count = 1) => _requests.Add(count, _cache, new KeyValuePair<string, object?>("level", level));

    /// <summary>A question to Redis or the record; null where the trace is not recorded.</summary>
    public Activity? Start() => Source.HasListeners() && SuiteTelemetry.IsRecorded ? Source.StartActivity($"cache {_cache.Value}") : null;

    /// <summary>Says on a span whether a cache had it.</summary>
    public static void Mark(Activity? span, bool hit)
    {
        if (span is { IsAllDataRequested: true })
        {
            span.SetTag("cache.hit", hit);
        }
    }

    public void Dispose() => _meter.Dispose();
}
