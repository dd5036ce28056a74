using System.Diagnostics.Metrics;
using Suite.Platform.Telemetry;

namespace Suite.Platform.Projections;

/// <summary>What became of events that were to be documents; how far a projection is behind stands with every consumer's lag.</summary>
internal sealed class ProjectionTelemetry : IDisposable
{
    public const string MeterName = SuiteTelemetry.Prefix + "Projections";

    private const string Projection = "projection";

    private readonly Meter _meter;
    private readonly Counter<long> _skipped;
    private readonly Counter<long> _read;
    private readonly Counter<long> _failures;

    public ProjectionTelemetry(IMeterFactory meters, ProjectionProgress progress)
    {
        _meter = meters.Create(MeterName);
        _meter.CreateObservableGauge(
            "suite.projection.age",
            () => progress.Ages.Select(of => new Measurement<double>(of.Age.TotalSeconds, new KeyValuePair<string, object?>(Projection, of.Projection))),
            "s",
            "How long ago the last moment is of which everything that was told is in the documents.");
        _skipped = _meter.CreateCounter<long>("suite.projection.skipped", "{message}", "Events that could not be read and are in no document.");
        _read = _meter.CreateCounter<long>("suite.projection.history.read", "{event}", "Events that were read from a history, to make documents anew.");
        _failures = _meter.CreateCounter<long>("suite.projection.failures", "{failure}", "How often making documents anew was interrupted.");
    }

    /// <summary>Lets the counters stand at 0 from the start: an increase is only seen from a value before.</summary>
    public void Knows(string projection)
    {
        foreach (var counter in new[] { _skipped, _read, _failures })
        {
            counter.Add(0, new KeyValuePair<string, object?>(Projection, projection));
        }
    }

    public void Skipped(string projection) => _skipped.Add(1, new KeyValuePair<string, object?>(Projection, projection));

    public void Read(string projection, int events) => _read.Add(events, new KeyValuePair<string, object?>(Projection, projection));

    public void Failed(string projection) => _failures.Add(1, new KeyValuePair<string, object?>(Projection, projection));

    public void Dispose() => _meter.Dispose();
}
