using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using Suite.Bench.Load;
using Suite.Bench.Measuring;
using Suite.Bench.Pgbench;
using Suite.Bench.Report;
using Suite.Client;
using Suite.Contracts.Orders.V1;

namespace Suite.Bench.Parts;

/// <summary>
/// ImportOrders, one stream of the client library, against the best that pgbench does with the statement behind CreateOrder, by turns
/// on one server.
/// </summary>
internal sealed class OrderImporting(SuiteClient client, Shop shop, OrderYardstick yardstick, BenchOptions options)
{
    private int[] Clients => options.IsQuick ? [8] : [8, 16, 32, 64];

    public async Task<PartResult> RunAsync(CancellationToken cancellationToken)
    {
        Progress.Say($"ImportOrders: warming up");
        await ImportAsync(options.WarmUp, cancellationToken);
        await yardstick.WarmUpAsync(Clients[^1], options.WarmUp, cancellationToken);
        var best = await FindBestAsync(cancellationToken);

        var pairs = new PairedRatio();
        var cpu = new List<double>();
        for (var round = 0; round < options.Rounds; round++)
        {
            var theirs = round % 2 == 0 ? 0 : (await yardstick.MeasureAsync(best, cancellationToken)).PerSecond;
            await yardstick.SettleAsync(cancellationToken);
            var before = yardstick.Services.Total;
            var (ours, count) = await ImportAsync(options.Window, cancellationToken);
            cpu.Add((yardstick.Services.Total - before).TotalMicroseconds / count);
            theirs = round % 2 == 0 ? (await yardstick.MeasureAsync(best, cancellationToken)).PerSecond : theirs;
            pairs.Add(ours, theirs);
            Progress.Say($"ImportOrders, round {round + 1}: {ours:0}/s, pgbench with {best} clients {theirs:0}/s, ratio {ours / theirs:0.00}");
        }

        var measurement = Measurement.PerSecond("ImportOrders, one stream", Text($"pgbench's best, with {best} clients"), pairs) with
        {
            Target = Target.RatioAtLeast(1.5),
            Details = new Dictionary<string, double> { ["services' CPU us an order"] = PairedRatio.Median(cpu) },
        };
        return new PartResult(
            BenchOptions.Import,
            Text($"ImportOrders ({Shop.LinesPerOrder} lines an order) against pgbench -M prepared running the statement of CreateOrder"),
            ["./build.sh bench --only import", yardstick.Command],
            [measurement]);
    }

    /// <returns>The number of clients with which pgbench does most.</returns>
    private async Task<int> FindBestAsync(CancellationToken cancellationToken)
    {
        var best = (Clients: 0, PerSecond: 0.0);
        foreach (var clients in Clients)
        {
            var found = (await yardstick.MeasureAsync(clients, cancellationToken)).PerSecond;
            Progress.Say($"ImportOrders: pgbench with {clients} clients {found:0}/s");
            best = found > best.PerSecond ? (clients, found) : best;
        }

        return best.Clients;
    }

    /// <summary>Imports as fast as answers come; those of the last requests count, and so does the time they take.</summary>
    private async Task<(double PerSecond, long Count)> ImportAsync(TimeSpan duration, CancellationToken cancellationToken)
    {
        var count = 0L;
        var took = Stopwatch.StartNew();
        await foreach (var result in client.Orders.ImportAsync(RequestsAsync(duration, cancellationToken), cancellationToken: cancellationToken))
        {
            count += result.IsPlaced ? 1 : throw result.Error;
        }

        return (count / took.Elapsed.TotalSeconds, count);
    }

    private async IAsyncEnumerable<CreateOrderRequest> RequestsAsync(TimeSpan duration, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var running = Stopwatch.StartNew();
        while (running.Elapsed < duration)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return shop.NextOrder();
        }

        await Task.CompletedTask;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
