using System.Globalization;
using Suite.Bench.Load;
using Suite.Bench.Measuring;
using Suite.Bench.Pgbench;
using Suite.Bench.Report;
using Suite.Contracts.Orders.V1;
using Suite.Local;

namespace Suite.Bench.Parts;

/// <summary>
/// CreateOrder against pgbench running the statement behind it, by turns, on one server; the service's own relay runs along and is part
/// of what an order costs. Payment is not there: see <see cref="OrderChain"/>.
/// </summary>
internal sealed class OrderPlacing : IDisposable
{
    /// <summary>More callers than the server has connections for pgbench, which is what group commit is for.</summary>
    private const int ManyCallers = 128;

    /// <summary>Callers, and the ratio the design wants; those without one are there to find the best pgbench can do.</summary>
    private static readonly (int Callers, double? Wanted)[] s_levels = [(1, 0.34), (8, 0.7), (32, 1.0), (64, null)];

    private readonly Shop _shop;
    private readonly BenchOptions _options;
    private readonly OrderYardstick _yardstick;
    private readonly Connections _connections;
    private readonly OrderService.OrderServiceClient[] _clients;

    public OrderPlacing(LocalSuite suite, Shop shop, OrderYardstick yardstick, BenchOptions options)
    {
        _shop = shop;
        _options = options;
        _yardstick = yardstick;
        _connections = new Connections(suite.Order.GrpcAddress, suite.AdminKeyFile);
        _clients = _connections.Clients(channel => new OrderService.OrderServiceClient(channel));
    }

    public void Dispose() => _connections.Dispose();

    public async Task<PartResult> RunAsync(CancellationToken cancellationToken)
    {
        Progress.Say($"CreateOrder: warming up");
        await PlaceAsync(32, _options.WarmUp, cancellationToken);
        await _yardstick.WarmUpAsync(32, _options.WarmUp, cancellationToken);

        var measurements = new List<Measurement>();
        var best = (Clients: 0, PerSecond: 0.0);
        foreach (var (callers, wanted) in s_levels)
        {
            var level = await MeasureLevelAsync(callers, callers, wanted is null ? 1 : _options.Rounds, cancellationToken);
            measurements.Add(level.ToMeasurement(callers, wanted));
            best = level.Pairs.Theirs > best.PerSecond ? (callers, level.Pairs.Theirs) : best;
        }

        var top = await MeasureLevelAsync(ManyCallers, best.Clients, _options.Rounds, cancellationToken);
        measurements.Add(top.ToMeasurement(ManyCallers, 1.3, Text($"pgbench's best, with {best.Clients} clients")));
        return new PartResult(
            BenchOptions.CreateOrder,
            Text($"CreateOrder ({Shop.LinesPerOrder} lines an order) against pgbench -M prepared running the same statement"),
            ["./build.sh bench --only create-order", _yardstick.Command],
            measurements);
    }

    private async Task<Level> MeasureLevelAsync(int callers, int clients, int rounds, CancellationToken cancellationToken)
    {
        var level = new Level();
        for (var round = 0; round < rounds; round++)
        {
            // Whoever goes first in one round goes last in the next.
            if (round % 2 == 0)
            {
                level.Add(await MeasureAsync(callers, cancellationToken));
                level.Theirs.Add(await _yardstick.MeasureAsync(clients, cancellationToken));
            }
            else
            {
                level.Theirs.Add(await _yardstick.MeasureAsync(clients, cancellationToken));
                level.Add(await MeasureAsync(callers, cancellationToken));
            }

            level.Pairs.Add(level.Ours[^1].PerSecond, level.Theirs[^1].PerSecond);
            Progress.Say($"CreateOrder, {callers} callers, round {round + 1}: {level.Ours[^1].PerSecond:0}/s, pgbench with {clients} clients {level.Theirs[^1].PerSecond:0}/s, ratio {level.Ours[^1].PerSecond / level.Theirs[^1].PerSecond:0.00}");
        }

        return level;
    }

    private async Task<(LoadResult Load, double CpuPerOrder)> MeasureAsync(int callers, CancellationToken cancellationToken)
    {
        await _yardstick.SettleAsync(cancellationToken);
        var before = _yardstick.Services.Total;
        var load = await PlaceAsync(callers, _options.Window, cancellationToken);
        return (load, (_yardstick.Services.Total - before).TotalMicroseconds / load.Latencies.Count);
    }

    private Task<LoadResult> PlaceAsync(int callers, TimeSpan duration, CancellationToken cancellationToken) => ClosedLoop.RunAsync(
        callers,
        duration,
        caller => _clients[caller % _clients.Length].CreateOrderAsync(_shop.NextOrder(), cancellationToken: cancellationToken).ResponseAsync,
        cancellationToken);

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
