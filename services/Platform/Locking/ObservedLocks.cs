using System.Diagnostics;
using System.Diagnostics.Metrics;
using Suite.Platform.Telemetry;

namespace Suite.Platform.Locking;

/// <summary>Locks whose taking is a span and is measured.</summary>
internal sealed class ObservedLocks : ILocks, IDisposable
{
    public const string Name = SuiteTelemetry.Prefix + "Locking";

    private static readonly ActivitySource s_source = new(Name);

    private readonly ILocks _inner;
    private readonly TimeProvider _time;
    private readonly Meter _meter;
    private readonly Histogram<double> _waits;

    public ObservedLocks(ILocks inner, IMeterFactory meters, TimeProvider time)
    {
        _inner = inner;
        _time = time;
        _meter = meters.Create(Name);
        _waits = _meter.CreateSeconds("suite.lock.wait.duration", "From asking for a lock to having it, or to knowing that somebody else has it.");
    }

    public async Task<HeldLock?> TryAcquireAsync(string name, TimeSpan lease, CancellationToken cancellationToken)
    {
        using var span = SuiteTelemetry.IsRecorded ? s_source.StartActivity("acquire lock", ActivityKind.Client) : null;
        span?.SetTag("db.system.name", "redis");
        span?.SetTag("lock.key", name);
        var begun = _time.GetTimestamp();
        try
        {
            var held = await _inner.TryAcquireAsync(name, lease, cancellationToken);
            span?.SetTag("lock.acquired", held is not null);
            _waits.Record(_time.GetElapsedTime(begun).TotalSeconds, new KeyValuePair<string, object?>("lock.acquired", held is not null ? "true" : "false"));
            return held;
        }
        catch (Exception e)
        {
            span.Fail(e);
            throw;
        }
    }

    public void Dispose() => _meter.Dispose();
}
