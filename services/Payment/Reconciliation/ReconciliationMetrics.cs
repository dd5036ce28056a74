using System.Diagnostics.Metrics;

namespace Suite.Payments.Reconciliation;

/// <summary>Two numbers that must stay 0, of the meter <c>Suite.Payments</c>, and how old they are; every replica tells those of the latest run.</summary>
internal sealed class ReconciliationMetrics : IDisposable
{
    public const string MeterName = "Suite.Payments";

    private readonly Meter _meter;
    private ReconciliationResult? _latest;

    public ReconciliationMetrics(IMeterFactory meters)
    {
        _meter = meters.Create(MeterName);
        _meter.CreateObservableGauge(
            "suite.reconciliation.differences",
            () => Measure(_latest?.Differences),
            "{difference}",
            "Differences between orders, payments, the ledger and the provider's record that the latest scheduled reconciliation found.");
        _meter.CreateObservableGauge(
            "suite.ledger.imbalance",
            () => Measure(_latest?.Imbalances),
            "{currency}",
            "Currencies in which the ledger did not balance at the latest scheduled reconciliation.");
        _meter.CreateObservableGauge(
            "suite.reconciliation.end.timestamp",
            () => Measure(_latest?.EndTime?.ToUnixTimeSeconds()),
            "s",
            "When the latest scheduled reconciliation ended, in seconds since 1970: the other two are as old as that.");
    }

    /// <summary>Takes what the latest run found.</summary>
    public void Take(ReconciliationResult result) => Volatile.Write(ref _latest, result);

    public void Dispose() => _meter.Dispose();

    // Before the first run there is nothing to tell, and 0 would be a claim.
    private static IEnumerable<Measurement<long>> Measure(long? value) => value is { } known ? [new Measurement<long>(known)] : [];
}
