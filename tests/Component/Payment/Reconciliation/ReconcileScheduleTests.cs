using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;
using Suite.Payments.Reconciliation;
using Suite.Tests.Component.Payments.Steps;

namespace Suite.Tests.Component.Payments.Reconciliation;

[NonParallelizable]
public sealed class ReconcileScheduleTests : StepFixture
{
    private static readonly ReconciliationOptions Often = new() { Every = TimeSpan.FromHours(1), Pause = TimeSpan.FromMilliseconds(20) };

    [Test]
    public async Task One_replica_at_a_time_reconciles_and_each_tells_the_numbers()
    {
        var replica = Replica().StartWorking();
        var orders = new PlayedOrders();
        var name = await AuthorizedAsync(replica);
        orders.Add((await Store.FindAsync(IdOf(name), CancellationToken.None))!);
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var meters = services.GetRequiredService<IMeterFactory>();
        using var metrics = new ReconciliationMetrics(meters);
        var (one, two) = (Schedule(metrics), Schedule(metrics));

        Assert.That(Measure(meters), Is.Empty, "Nothing is claimed before it was looked at.");
        var ran = await Task.WhenAll(one.TryRunAsync(CancellationToken.None), two.TryRunAsync(CancellationToken.None));
        Assert.That(ran, Is.EquivalentTo(new[] { true, false }));
        Assert.That(await one.TryRunAsync(CancellationToken.None), Is.False, "It is not due.");
        Assert.That(
            Measure(meters).Where(m => !m.Item1.EndsWith("timestamp", StringComparison.Ordinal)),
            Is.EquivalentTo(new[] { ("suite.reconciliation.differences", 0L), ("suite.ledger.imbalance", 0L) }));
        Assert.That(
            Measure(meters).Single(m => m.Item1 == "suite.reconciliation.end.timestamp").Item2,
            Is.EqualTo(DateTimeOffset.UtcNow.ToUnixTimeSeconds()).Within(60));

        // An hour later, and the provider lost a hold.
        await Database.ExecuteAsync(
            $"""
            UPDATE reconciliations SET start_time = start_time - interval '61 minutes', is_full = false;
            UPDATE simulator_payments SET released = true WHERE payment_id = '{IdOf(name)}'
            """);
        Assert.That(await two.TryRunAsync(CancellationToken.None), Is.True);
        Assert.That(Measure(meters), Does.Contain(("suite.reconciliation.differences", 1L)));
        Assert.That(await Database.ScalarAsync<bool>("SELECT is_full FROM reconciliations ORDER BY start_time DESC LIMIT 1"), Is.True, "Once a day, all.");

        // A replica that was killed in a run has it until its lease ends.
        await Database.ExecuteAsync("UPDATE reconciliations SET start_time = start_time - interval '61 minutes', end_time = NULL");
        await Database.ExecuteAsync("UPDATE reconciliations SET lease_end = now() + interval '1 minute'");
        Assert.That(await one.TryRunAsync(CancellationToken.None), Is.False);
        await Database.ExecuteAsync("UPDATE reconciliations SET lease_end = now() - interval '1 minute'");
        Assert.That(await one.TryRunAsync(CancellationToken.None), Is.True);

        ReconcileSchedule Schedule(ReconciliationMetrics told)
        {
            var store = new PaymentFactsStore(Database.DataSource);
            return new ReconcileSchedule(
                new ReconcilePayments(store, replica.Provider, orders, Often, TimeProvider.System),
                store,
                new ReconciliationRuns(Database.DataSource),
                told,
                Often,
                TimeProvider.System,
                NullLogger<ReconcileSchedule>.Instance);
        }
    }

    private static List<(string, long)> Measure(IMeterFactory meters)
    {
        var measured = new ConcurrentBag<(string, long)>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listening) =>
            {
                if (instrument.Meter is { Name: ReconciliationMetrics.MeterName } meter && meter.Scope == meters)
                {
                    listening.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => measured.Add((instrument.Name, value)));
        listener.Start();
        listener.RecordObservableInstruments();
        return [.. measured];
    }
}
