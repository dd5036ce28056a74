using System.Globalization;
using Suite.Bench.Load;
using Suite.Bench.Measuring;
using Suite.Bench.Report;
using Suite.Contracts.Orders.V1;
using Suite.Contracts.Users.V1;
using Suite.Local;

namespace Suite.Bench.Parts;

/// <summary>
/// What telemetry costs: two suites beside each other, one with all of it off, one that exports; and of that one, calls whose caller wants
/// a trace and calls whose caller does not.
/// </summary>
internal sealed class TelemetryCost : IDisposable
{
    private const int Callers = 32;
    private const int ConnectionCount = 4;
    private const int Users = 10;

    private readonly BenchOptions _options;
    private readonly Side _off;
    private readonly Side _unsampled;
    private readonly Side _sampled;

    public TelemetryCost((LocalSuite Suite, Shop Shop) off, (LocalSuite Suite, Shop Shop) on, BenchOptions options)
    {
        _options = options;
        _off = new Side(off.Suite, off.Shop, isSampled: false);
        _unsampled = new Side(on.Suite, on.Shop, isSampled: false);
        _sampled = new Side(on.Suite, on.Shop, isSampled: true);
    }

    public void Dispose()
    {
        _off.Dispose();
        _unsampled.Dispose();
        _sampled.Dispose();
    }

    public async Task<PartResult> RunAsync(CancellationToken cancellationToken)
    {
        var measurements = new List<Measurement>();
        foreach (var (what, load) in new (string, Func<Side, TimeSpan, Task<Round>>)[]
        {
            ("GetUser, cached", (side, time) => side.ReadAsync(time, cancellationToken)),
            ("CreateOrder", (side, time) => side.PlaceAsync(time, cancellationToken)),
        })
        {
            Progress.Say($"Telemetry, {what}: warming up");
            foreach (var side in new[] { _off, _unsampled, _sampled })
            {
                await load(side, _options.WarmUp);
            }

            foreach (var (name, side, bound) in new[] { ("unsampled", _unsampled, 0.98), ("sampled at 100 %", _sampled, 0.9) })
            {
                measurements.Add(await CompareAsync($"{what}, {name}", side, load, bound));
            }
        }

        return new PartResult(
            BenchOptions.Telemetry,
            string.Create(CultureInfo.InvariantCulture, $"Throughput with telemetry against the same service without any ({Callers} callers)"),
            ["./build.sh bench --only telemetry"],
            measurements);
    }

    private async Task<Measurement> CompareAsync(string what, Side side, Func<Side, TimeSpan, Task<Round>> load, double bound)
    {
        var pairs = new PairedRatio();
        var (ours, theirs) = (new List<Round>(), new List<Round>());
        for (var round = 0; round < _options.Rounds; round++)
        {
            // Whoever goes first in one round goes last in the next.
            foreach (var (of, results) in round % 2 == 0 ? new[] { (side, ours), (_off, theirs) } : [(_off, theirs), (side, ours)])
            {
                results.Add(await load(of, _options.Window));
            }

            var (on, off) = (ours[^1].Load.PerSecond, theirs[^1].Load.PerSecond);
            pairs.Add(on, off);
            Progress.Say($"Telemetry, {what}, round {round + 1} of {_options.Rounds}: {on:0}/s, off {off:0}/s, ratio {on / off:0.00}");
        }

        return Measurement.PerSecond(what, "telemetry off", pairs) with
        {
            Target = Target.RatioAtLeast(bound),
            Details = new Dictionary<string, double>
            {
                ["p99 ms"] = PairedRatio.Median(ours.Select(o => o.Load.Latencies.P99)),
                ["off p99 ms"] = PairedRatio.Median(theirs.Select(t => t.Load.Latencies.P99)),
                ["server CPU us a call"] = PairedRatio.Median(ours.Select(o => o.CpuPerCall)),
                ["off server CPU us a call"] = PairedRatio.Median(theirs.Select(t => t.CpuPerCall)),
            },
        };
    }

    /// <summary>What one window gave, and what each call in it cost the service that was called, in microseconds.</summary>
    private sealed record Round(LoadResult Load, double CpuPerCall);

    /// <summary>Callers of one suite who want a trace of each call, or of none.</summary>
    private sealed class Side : IDisposable
    {
        private readonly Shop _shop;
        private readonly Connections _users;
        private readonly Connections _orders;
        private readonly UserService.UserServiceClient[] _userClients;
        private readonly OrderService.OrderServiceClient[] _orderClients;
        private readonly GetUserRequest[] _requests;
        private readonly ProcessorTime _userProcessor;
        private readonly ProcessorTime _orderProcessor;
        private long _next;

        public Side(LocalSuite suite, Shop shop, bool isSampled)
        {
            _shop = shop;
            _users = new Connections(suite.User.GrpcAddress, suite.AdminKeyFile, ConnectionCount) { IsSampled = isSampled };
            _orders = new Connections(suite.Order.GrpcAddress, suite.AdminKeyFile, ConnectionCount) { IsSampled = isSampled };
            _userClients = _users.Clients(channel => new UserService.UserServiceClient(channel));
            _orderClients = _orders.Clients(channel => new OrderService.OrderServiceClient(channel));
            _requests = [.. shop.Customers.Take(Users).Select(name => new GetUserRequest { Name = name })];
            _userProcessor = new ProcessorTime(suite.User.Process!.ProcessId);
            _orderProcessor = new ProcessorTime(suite.Order.Process!.ProcessId);
        }

        public Task<Round> ReadAsync(TimeSpan duration, CancellationToken cancellationToken) => MeasureAsync(
            _userProcessor,
            duration,
            caller => _userClients[caller % ConnectionCount]
                .GetUserAsync(_requests[Interlocked.Increment(ref _next) % _requests.Length], cancellationToken: cancellationToken).ResponseAsync,
            cancellationToken);

        public Task<Round> PlaceAsync(TimeSpan duration, CancellationToken cancellationToken) => MeasureAsync(
            _orderProcessor,
            duration,
            caller => _orderClients[caller % ConnectionCount].CreateOrderAsync(_shop.NextOrder(), cancellationToken: cancellationToken).ResponseAsync,
            cancellationToken);

        public void Dispose()
        {
            _users.Dispose();
            _orders.Dispose();
            _userProcessor.Dispose();
            _orderProcessor.Dispose();
        }

        private static async Task<Round> MeasureAsync(ProcessorTime processor, TimeSpan duration, Func<int, Task> call, CancellationToken cancellationToken)
        {
            var before = processor.Total;
            var load = await ClosedLoop.RunAsync(Callers, duration, call, cancellationToken);
            return new Round(load, (processor.Total - before).TotalMicroseconds / load.Latencies.Count);
        }
    }
}
