using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using Npgsql;
using Suite.Bench.Load;
using Suite.Bench.Measuring;
using Suite.Bench.Report;
using Suite.Client;
using Suite.Contracts.Orders.V1;
using Suite.Local;

namespace Suite.Bench.Parts;

/// <summary>
/// The whole chain: Order, its outbox, the broker, Payment and its provider, its ledger and its outbox, the broker, and Order
/// again. How many orders a second it confirms, and how long one takes, alone and under half of that load.
/// </summary>
internal sealed class OrderChain(LocalSuite suite, SuiteClient client, Shop shop, NpgsqlDataSource orders, BenchOptions options)
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(5);

    public async Task<PartResult> RunAsync(CancellationToken cancellationToken)
    {
        Progress.Say($"Chain: warming up");
        for (var i = 0; i < 3; i++)
        {
            await ConfirmAsync(Math.Max(options.ChainOrders / 8, 200), cancellationToken);
        }

        var rounds = new PairedRatio();
        for (var round = 0; round < options.ChainRounds; round++)
        {
            var (confirmed, placed) = await ConfirmAsync(options.ChainOrders, cancellationToken);
            rounds.Add(confirmed, placed);
            Progress.Say($"Chain, round {round + 1}: {options.ChainOrders} orders placed at {placed:0}/s, confirmed at {confirmed:0}/s");
        }

        using var probe = new Probe(suite, shop);
        await probe.RunAsync(count => count < options.Probes / 5, cancellationToken);
        var since = DateTimeOffset.UtcNow;
        await probe.RunAsync(count => count < options.Probes, cancellationToken);
        Progress.Say($"Chain: one order at a time, {probe.Confirm.P50:0.0} ms from answer to CONFIRMED");
        Measurement[] alone = await TimesAsync("unloaded", probe, since, (5, 20), 50, cancellationToken);

        var target = rounds.Ours / 2;
        since = DateTimeOffset.UtcNow;
        var held = await HalfLoadAsync(probe, target, cancellationToken);
        Progress.Say($"Chain: at {held:0} of {target:0} orders a second, {probe.Confirm.P50:0.0} ms from answer to CONFIRMED");
        Measurement[] loaded = await TimesAsync(Text($"at {held:#,##0} orders/s"), probe, since, null, 250, cancellationToken);

        return new PartResult(
            BenchOptions.Chain,
            Text($"From order to confirmed through all three services ({suite.Kafka?.Kind ?? "Kafka"})"),
            ["./build.sh bench --only chain"],
            [
                Measurement.PerSecond(Text($"confirmed, {options.ChainOrders:#,##0} orders imported at once"), "placed by ImportOrders meanwhile", rounds),
                .. alone,
                .. loaded,
            ]);
    }

    /// <summary>Places so many orders over one stream and waits until the last of them is confirmed.</summary>
    /// <returns>How many a second were confirmed, from the first request on, and how many a second were placed meanwhile.</returns>
    private async Task<(double Confirmed, double Placed)> ConfirmAsync(int count, CancellationToken cancellationToken)
    {
        var before = await OrderDatabase.CountConfirmedAsync(orders, cancellationToken);
        var requests = Enumerable.Range(0, count).Select(_ => shop.NextOrder()).ToList();
        var took = Stopwatch.StartNew();
        await ImportAsync(requests.ToAsyncEnumerable(), cancellationToken);
        var placed = count / took.Elapsed.TotalSeconds;
        await OrderDatabase.WaitDecidedAsync(orders, s_limit, cancellationToken);
        var confirmed = count / took.Elapsed.TotalSeconds;
        var done = await OrderDatabase.CountConfirmedAsync(orders, cancellationToken) - before;
        return done == count ? (confirmed, placed) : throw new SuiteLocalException($"Of {count} orders {done} were confirmed.");
    }

    /// <summary>Holds a steady load beside the probe.</summary>
    /// <returns>The load that was really placed, in orders a second.</returns>
    private async Task<double> HalfLoadAsync(Probe probe, double perSecond, CancellationToken cancellationToken)
    {
        var took = Stopwatch.StartNew();
        var importing = ImportAsync(PacedAsync(perSecond, options.HalfLoad, cancellationToken), cancellationToken);
        // Until the load has settled nothing counts.
        await probe.RunAsync(_ => took.Elapsed < options.HalfLoad * 0.2, cancellationToken);
        await probe.RunAsync(count => count == 0 || !importing.IsCompleted, cancellationToken);
        var placed = await importing;
        var held = placed / took.Elapsed.TotalSeconds;
        await OrderDatabase.WaitDecidedAsync(orders, s_limit, cancellationToken);
        return held;
    }

    private async IAsyncEnumerable<CreateOrderRequest> PacedAsync(
        double perSecond, TimeSpan duration, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var running = Stopwatch.StartNew();
        for (var sent = 0L; running.Elapsed < duration;)
        {
            for (var due = (long)(running.Elapsed.TotalSeconds * perSecond); sent < due; sent++)
            {
                yield return shop.NextOrder();
            }

            await Task.Delay(2, cancellationToken);
        }
    }

    private async Task<long> ImportAsync(IAsyncEnumerable<CreateOrderRequest> requests, CancellationToken cancellationToken)
    {
        var placed = 0L;
        await foreach (var result in client.Orders.ImportAsync(requests, cancellationToken: cancellationToken))
        {
            placed += result.IsPlaced ? 1 : throw result.Error;
        }

        return placed;
    }

    private async Task<Measurement[]> TimesAsync(
        string load, Probe probe, DateTimeOffset since, (double P50, double P99)? wantedInPayment, double wantedConfirmed, CancellationToken cancellationToken)
    {
        var record = await OrderDatabase.ConfirmTimesAsync(orders, since, cancellationToken);
        await using var payments = OrderDatabase.Open(suite, "suite_payment");
        var payment = await PaymentTimes.ReadAsync(orders, payments, since, cancellationToken);
        Target? AtMost(double? bound) => bound is { } ms ? Target.AtMost(ms) : null;
        return
        [
            new(Text($"commit to CONFIRMED, {load}, p50"), probe.Confirm.P50, "ms")
            {
                Details = new Dictionary<string, double>
                {
                    ["watched orders"] = probe.Confirm.Count,
                    ["CreateOrder p50 ms"] = probe.Create.P50,
                    ["CreateOrder p99 ms"] = probe.Create.P99,
                },
            },
            new(Text($"commit to CONFIRMED, {load}, p99"), probe.Confirm.P99, "ms")
            {
                Target = Target.AtMost(wantedConfirmed),
                Details = new Dictionary<string, double>
                {
                    ["by the record of all orders: count"] = record.Count,
                    ["p50 ms"] = record.P50,
                    ["p99 ms"] = record.P99,
                },
            },
            new(Text($"commit to effect in Payment, {load}, p50"), payment.P50, "ms") { Target = AtMost(wantedInPayment?.P50) },
            new(Text($"commit to effect in Payment, {load}, p99"), payment.P99, "ms") { Target = AtMost(wantedInPayment?.P99 ?? wantedConfirmed) },
        ];
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
