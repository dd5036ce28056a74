using System.Globalization;
using Npgsql;
using Suite.Bench.Load;
using Suite.Bench.Measuring;
using Suite.Bench.Pgbench;
using Suite.Bench.Report;
using Suite.Client;
using Suite.Contracts.Orders.V1;
using Suite.Local;

namespace Suite.Bench.Parts;

/// <summary>
/// CreateOrder against pgbench running the statement behind it, by turns, on one server. pgbench has a copy of the service's
/// database, so that what it writes is not relayed by the service while it is measured; the service's own relay runs along and
/// is part of what an order costs. Payment is not there: see <see cref="OrderChain"/>.
/// </summary>
internal sealed class OrderPlacing : IDisposable
{
    private const string Copy = "suite_order_pgbench";
    private const int FirstOrders = 1_000;

    /// <summary>More callers than the server has connections for pgbench, which is what group commit is for.</summary>
    private const int ManyCallers = 128;

    /// <summary>Callers, and the ratio the design wants; those without one are there to find the best pgbench can do.</summary>
    private static readonly (int Callers, double? Wanted)[] s_levels = [(1, 0.34), (8, 0.7), (32, 1.0), (64, null)];

    private readonly LocalSuite _suite;
    private readonly Shop _shop;
    private readonly BenchOptions _options;
    private readonly Connections _connections;
    private readonly OrderService.OrderServiceClient[] _clients;
    private readonly ProcessorTime _processor;
    private readonly PgbenchTool _pgbench;

    private OrderPlacing(LocalSuite suite, Shop shop, BenchOptions options, PgbenchTool pgbench)
    {
        _suite = suite;
        _shop = shop;
        _options = options;
        _pgbench = pgbench;
        _connections = new Connections(suite.Order.GrpcAddress, suite.AdminKeyFile);
        _clients = _connections.Clients(channel => new OrderService.OrderServiceClient(channel));
        _processor = new ProcessorTime(Busy(suite));
    }

    public static async Task<PartResult> RunAsync(
        LocalSuite suite, SuiteClient client, Shop shop, string script, BenchOptions options, CancellationToken cancellationToken)
    {
        Progress.Say($"CreateOrder: the first {FirstOrders} orders, and a copy of the database for pgbench");
        await WriteScriptAsync(suite, client, shop, script, cancellationToken);
        await CopyDatabaseAsync(suite, cancellationToken);
        var database = new NpgsqlConnectionStringBuilder(suite.PostgresConnectionString) { Database = Copy, Pooling = false };
        using var placing = new OrderPlacing(suite, shop, options, new PgbenchTool(script, database));
        return await placing.RunAsync(script, cancellationToken);
    }

    public void Dispose()
    {
        _connections.Dispose();
        _processor.Dispose();
    }

    private async Task<PartResult> RunAsync(string script, CancellationToken cancellationToken)
    {
        Progress.Say($"CreateOrder: warming up");
        await PlaceAsync(32, _options.WarmUp, cancellationToken);
        await _pgbench.RunAsync(32, _options.WarmUp, cancellationToken);

        var measurements = new List<Measurement>();
        var best = (Clients: 0, PerSecond: 0.0);
        foreach (var (callers, wanted) in s_levels)
        {
            var level = new Level();
            for (var round = 0; round < (wanted is null ? 1 : _options.Rounds); round++)
            {
                if (round % 2 == 0)
                {
                    level.Add(await MeasureAsync(callers, cancellationToken));
                    level.Theirs.Add(await MeasurePgbenchAsync(callers, cancellationToken));
                }
                else
                {
                    level.Theirs.Add(await MeasurePgbenchAsync(callers, cancellationToken));
                    level.Add(await MeasureAsync(callers, cancellationToken));
                }

                level.Pairs.Add(level.Ours[^1].PerSecond, level.Theirs[^1].PerSecond);
                Progress.Say($"CreateOrder, {callers} callers, round {round + 1}: {level.Ours[^1].PerSecond:0}/s, pgbench {level.Theirs[^1].PerSecond:0}/s, ratio {level.Ours[^1].PerSecond / level.Theirs[^1].PerSecond:0.00}");
            }

            measurements.Add(level.ToMeasurement(callers, wanted));
            best = level.Pairs.Theirs > best.PerSecond ? (callers, level.Pairs.Theirs) : best;
        }

        var many = await MeasureAsync(ManyCallers, cancellationToken);
        Progress.Say($"CreateOrder, {ManyCallers} callers: {many.Load.PerSecond:0}/s, pgbench's best {best.PerSecond:0}/s with {best.Clients} clients");
        var top = new Level();
        top.Add(many);
        top.Pairs.Add(many.Load.PerSecond, best.PerSecond);
        measurements.Add(top.ToMeasurement(ManyCallers, 1.35, Text($"pgbench's best, with {best.Clients} clients")));
        var shown = Path.GetRelativePath(Checkout.Root, script);
        return new PartResult(
            BenchOptions.CreateOrder,
            Text($"CreateOrder ({Shop.LinesPerOrder} lines an order) against pgbench -M prepared running the same statement"),
            ["./build.sh bench --only create-order", _pgbench.Command("N", "SECONDS").Replace(script, shown, StringComparison.Ordinal)],
            measurements);
    }

    private async Task<(LoadResult Load, double CpuPerOrder)> MeasureAsync(int callers, CancellationToken cancellationToken)
    {
        await SettleAsync(cancellationToken);
        var before = _processor.Total;
        var load = await PlaceAsync(callers, _options.Window, cancellationToken);
        return (load, (_processor.Total - before).TotalMicroseconds / load.Latencies.Count);
    }

    private async Task<PgbenchResult> MeasurePgbenchAsync(int clients, CancellationToken cancellationToken)
    {
        await SettleAsync(cancellationToken);
        return await _pgbench.RunAsync(clients, _options.Window, cancellationToken);
    }

    private Task<LoadResult> PlaceAsync(int callers, TimeSpan duration, CancellationToken cancellationToken) => ClosedLoop.RunAsync(
        callers,
        duration,
        caller => _clients[caller % _clients.Length].CreateOrderAsync(_shop.NextOrder(), cancellationToken: cancellationToken).ResponseAsync,
        cancellationToken);

    /// <summary>Lets the relay finish with what the last window left, and starts every window behind a checkpoint of its own.</summary>
    private async Task SettleAsync(CancellationToken cancellationToken)
    {
        if (!await _processor.WaitQuietAsync(TimeSpan.FromSeconds(30), cancellationToken))
        {
            Progress.Say($"CreateOrder: the services are still busy after 30 s; going on all the same");
        }

        await using var connection = new NpgsqlConnection(_suite.PostgresConnectionString);
        await connection.OpenAsync(cancellationToken);
        await using var checkpoint = new NpgsqlCommand("CHECKPOINT", connection) { CommandTimeout = 120 };
        await checkpoint.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task WriteScriptAsync(LocalSuite suite, SuiteClient client, Shop shop, string script, CancellationToken cancellationToken)
    {
        var (orderId, requestId) = (Guid.Empty, Guid.Empty);
        var requests = Enumerable.Range(0, FirstOrders).Select(_ => shop.NextOrder()).ToAsyncEnumerable();
        await foreach (var result in client.Orders.ImportAsync(requests, cancellationToken: cancellationToken))
        {
            (orderId, requestId) = result.IsPlaced ? (Id(result.Order.Name), Guid.Parse(result.RequestId)) : throw result.Error;
        }

        await using var orders = OrderDatabase.Open(suite);
        var sample = await SampleOrder.ReadAsync(orders, orderId, requestId, cancellationToken);
        await File.WriteAllTextAsync(script, PgbenchScript.Make(sample, shop.Customers.Select(Id)), cancellationToken);
    }

    /// <summary>PostgreSQL copies a database only while nobody is connected to it, so Order pauses for it.</summary>
    private static async Task CopyDatabaseAsync(LocalSuite suite, CancellationToken cancellationToken)
    {
        await suite.Order.StopAsync();
        await using (var connection = new NpgsqlConnection(suite.PostgresConnectionString))
        {
            await connection.OpenAsync(cancellationToken);
            await using var copy = new NpgsqlCommand($"CREATE DATABASE {Copy} TEMPLATE suite_order", connection) { CommandTimeout = 120 };
            await copy.ExecuteNonQueryAsync(cancellationToken);
        }

        await suite.Order.StartAsync(cancellationToken: cancellationToken);
    }

    private static IEnumerable<int> Busy(LocalSuite suite) =>
        suite.Services.Select(s => s.Process!.ProcessId).Concat(suite.Kafka?.ProcessId is { } kafka ? [kafka] : []);

    private static Guid Id(string name) => Guid.Parse(name.AsSpan(name.IndexOf('/') + 1));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>What was measured with one number of callers.</summary>
    private sealed class Level
    {
        private readonly List<double> _cpu = [];

        public List<LoadResult> Ours { get; } = [];

        public List<PgbenchResult> Theirs { get; } = [];

        public PairedRatio Pairs { get; } = new();

        public void Add((LoadResult Load, double CpuPerOrder) measured)
        {
            Ours.Add(measured.Load);
            _cpu.Add(measured.CpuPerOrder);
        }

        public Measurement ToMeasurement(int callers, double? wanted, string? yardstick = null)
        {
            var details = new Dictionary<string, double>
            {
                ["p50 ms"] = PairedRatio.Median(Ours.Select(o => o.Latencies.P50)),
                ["p99 ms"] = PairedRatio.Median(Ours.Select(o => o.Latencies.P99)),
                // Order and User with their relays, and the broker where it is a process of its own; PostgreSQL is not in it.
                ["services' CPU us an order"] = PairedRatio.Median(_cpu),
            };
            if (Theirs.Count > 0)
            {
                details["pgbench average ms"] = PairedRatio.Median(Theirs.Select(t => t.AverageMilliseconds));
            }

            return Measurement.PerSecond(
                Text($"CreateOrder, {callers} {(callers == 1 ? "caller" : "callers")}"), yardstick ?? Text($"pgbench, {callers} clients"), Pairs) with
            {
                Target = wanted is { } bound ? Target.RatioAtLeast(bound) : null,
                Details = details,
            };
        }
    }
}
