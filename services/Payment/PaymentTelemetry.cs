using System.Diagnostics;
using System.Diagnostics.Metrics;
using Suite.Platform.Telemetry;

namespace Suite.Payments;

/// <summary>What Payment tells of itself beside its calls and its log.</summary>
internal sealed class PaymentTelemetry : IDisposable
{
    public const string Name = SuiteTelemetry.Prefix + "Payments";

    public static readonly ActivitySource Source = new(Name);

    private readonly Meter _meter;
    private readonly Histogram<double> _calls;

    public PaymentTelemetry(IMeterFactory meters)
    {
        _meter = meters.Create(Name);
        _calls = _meter.CreateSeconds("suite.provider.call.duration", "A call to the payment provider, by what came of it.");
    }

    /// <summary>Notes a call to the provider.</summary>
    public void Called(string provider, string operation, string outcome, TimeSpan took) => _calls.Record(
        took.TotalSeconds, new("provider", provider), new("operation", operation), new KeyValuePair<string, object?>("outcome", outcome));

    public void Dispose() => _meter.Dispose();
}
