using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Grpc.Core;
using Suite.Bench.Load;
using Suite.Bench.Measuring;
using Suite.Bench.Report;
using Suite.Client;
using Suite.Contracts.Ops.V1;
using Suite.Contracts.Orders.V1;
using Suite.Local;

namespace Suite.Bench.Parts;

/// <summary>
/// Documents that are made of events: how fast they are made, live and anew, and how long reading them takes with ten thousand orders and with
/// as many as were asked for, in each store there is.
/// </summary>
internal sealed class Documents : IDisposable
{
    private const long Few = 10_000;
    private const int Callers = 8;
    private const double MebiByte = 1024 * 1024;
    private const string Timelines = "projections/timelines";
    private const string Index = "projections/search";

    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(30);

    private readonly LocalSuite _suite;
    private readonly SuiteClient _client;
    private readonly BenchOptions _options;
    private readonly Seeding _seeding;
    private readonly Connections _toOrder;
    private readonly OrderService.OrderServiceClient[] _orders;
    private readonly string[] _stores;
    private readonly (string What, Func<long, SearchOrdersRequest> Query)[] _searches;
    private readonly ConcurrentDictionary<string, long> _refused = [];

    public Documents(LocalSuite suite, SuiteClient client, Shop shop, BenchOptions options)
    {
        (_suite, _client, _options) = (suite, client, options);
        _seeding = new Seeding(suite, shop);
        _toOrder = new Connections(suite.Order.GrpcAddress, suite.AdminKeyFile);
        _orders = _toOrder.Clients(channel => new OrderService.OrderServiceClient(channel));
        _stores = suite.ElasticsearchAddress is null ? ["PostgreSQL"] : ["PostgreSQL", "Elasticsearch"];
        _searches =
        [
            ("by a word that one order has", n => new SearchOrdersRequest { Query = Seeding.OrderOf(n)["orders/".Length..].Replace("-", " ", StringComparison.Ordinal) }),
            ("by customer and state, newest first", n => new SearchOrdersRequest { Query = $"customer:{shop.Customers[(int)(n % shop.Customers.Count)]} state:CONFIRMED" }),
            ("by a word that all have, newest first", _ => new SearchOrdersRequest { Query = "product", OrderBy = "create_time desc" }),
            ("by a word that all have, by relevance", _ => new SearchOrdersRequest { Query = "product" }),
        ];
    }

    public void Dispose() => _toOrder.Dispose();

    public async Task<PartResult> RunAsync(CancellationToken cancellationToken)
    {
        await _seeding.UpToAsync(Few, cancellationToken);
        var measurements = new List<Measurement>();
        measurements.AddRange(await new Projecting(_suite, _options).RunAsync(cancellationToken));
        var few = await MeasureAsync(Few, [], cancellationToken);
        await _seeding.UpToAsync(_options.Orders, cancellationToken);
        var many = await MeasureAsync(_options.Orders, measurements, cancellationToken);
        measurements.AddRange(many.Select(of => ToMeasurement(of.Key, few[of.Key], of.Value)));
        return new PartResult(
            BenchOptions.Documents,
            Text($"Documents of {_options.Orders:#,##0} orders, stories in {(_suite.MongoConnectionString is null ? "PostgreSQL" : "MongoDB")}"),
            [Text($"./build.sh bench --only documents --orders {_options.Orders}")],
            measurements);
    }

    /// <summary>Has all documents made anew in each store, and reads them.</summary>
    private async Task<Dictionary<string, List<Latencies>>> MeasureAsync(long orders, List<Measurement> rebuilds, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, List<Latencies>>();
        foreach (var store in _stores)
        {
            await StartAsync(store, cancellationToken);
            rebuilds.Add(await RebuildAsync(Index, Text($"search in {store} made anew"), cancellationToken));
            foreach (var (what, query) in _searches)
            {
                var name = Text($"SearchOrders in {store}, {what}");
                found[name] = await ReadAsync(orders, n => SearchAsync(name, orders, query(n)), cancellationToken);
                Tell(orders, name, found[name]);
            }
        }

        await StartAsync(_stores[^1], cancellationToken);
        rebuilds.Add(await RebuildAsync(Timelines, "timelines made anew", cancellationToken));
        found["ListOrderEvents"] = await ReadAsync(
            orders,
            n => _orders[n % _orders.Length].ListOrderEventsAsync(new ListOrderEventsRequest { Parent = Seeding.OrderOf(n) }, cancellationToken: cancellationToken).ResponseAsync,
            cancellationToken);
        Tell(orders, "ListOrderEvents", found["ListOrderEvents"]);
        return found;
    }

    /// <summary>A search that takes too long is refused by the time limit of a statement: it is an answer as well, and counted.</summary>
    private async Task SearchAsync(string name, long orders, SearchOrdersRequest request)
    {
        try
        {
            await _orders[Environment.CurrentManagedThreadId % _orders.Length].SearchOrdersAsync(request);
        }
        catch (RpcException e) when (e.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded)
        {
            _refused.AddOrUpdate(Text($"{name} {orders}"), 1, static (_, count) => count + 1);
        }
    }

    /// <summary>Order in a new process, so that the most memory it ever had is that of what comes next.</summary>
    private async Task StartAsync(string store, CancellationToken cancellationToken)
    {
        await _suite.Order.StopAsync();
        await _suite.Order.StartAsync(
            store == "PostgreSQL" ? new Dictionary<string, string> { ["SUITE_ELASTICSEARCH"] = string.Empty } : null, cancellationToken);
    }

    private async Task<Measurement> RebuildAsync(string projection, string what, CancellationToken cancellationToken)
    {
        // The store before had another generation, which is not there in this one.
        var process = _suite.Order.Process!.ProcessId;
        var before = await _client.Projections.GetAsync(projection, cancellationToken: cancellationToken);
        var begun = await _client.Projections.RebuildAsync(projection, cancellationToken: cancellationToken);
        var began = Stopwatch.GetTimestamp();
        var read = 0L;
        while (true)
        {
            await Task.Delay(200, cancellationToken);
            var now = await _client.Projections.GetAsync(projection, cancellationToken: cancellationToken);
            read = Math.Max(read, now.TotalCount);
            if (now.Generation > before.Generation && now.State == Projection.Types.State.Serving)
            {
                break;
            }

            if (Stopwatch.GetElapsedTime(began) > s_limit)
            {
                throw new SuiteLocalException($"{begun.Name} was not made anew within {s_limit.TotalMinutes:0} minutes.");
            }
        }

        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        var peak = PeakBytes(process) / MebiByte;
        Progress.Say($"Documents: {what}, {read} events in {seconds:0.0} s, Order at most {peak:0} MiB");
        return new Measurement(Text($"{what}, {read:#,##0} events"), read / seconds, "/s")
        {
            Details = new Dictionary<string, double> { ["all of them s"] = seconds, ["Order at most MiB"] = peak },
        };
    }

    private async Task<List<Latencies>> ReadAsync(long orders, Func<long, Task> call, CancellationToken cancellationToken)
    {
        await RoundAsync(_options.Window);
        var found = new List<Latencies>();
        for (var round = 0; round < _options.Rounds; round++)
        {
            found.Add(await RoundAsync(_options.Window));
        }

        return found;

        async Task<Latencies> RoundAsync(TimeSpan duration)
        {
#pragma warning disable CA5394 // Which order is read is no secret.
            var random = Enumerable.Range(0, Callers).Select(caller => new Random(caller)).ToArray();
            return (await ClosedLoop.RunAsync(Callers, duration, caller => call(random[caller].NextInt64(orders) + 1), cancellationToken)).Latencies;
#pragma warning restore CA5394
        }
    }

    /// <summary>The most memory a process ever had resident.</summary>
    private static long PeakBytes(int process)
    {
        var line = File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/status")).First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        return 1024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }

    private Measurement ToMeasurement(string what, List<Latencies> few, List<Latencies> many)
    {
        var pairs = new PairedRatio();
        for (var round = 0; round < many.Count; round++)
        {
            pairs.Add(many[round].P99, few[round].P99);
        }

        return new Measurement(Text($"{what}, {Callers} callers, p99"), pairs.Ours, "ms")
        {
            Against = new Report.Comparison(Text($"the same with {Few:#,##0} orders"), pairs.Theirs, pairs.Ratio, pairs.Lowest, pairs.Highest),
            Details = new Dictionary<string, double>
            {
                ["p50 ms"] = PairedRatio.Median(many.Select(l => l.P50)),
                ["p50 ms with few"] = PairedRatio.Median(few.Select(l => l.P50)),
                ["calls"] = many.Sum(l => l.Count),
                ["refused, warm-up too"] = _refused.GetValueOrDefault(Text($"{what} {_options.Orders}")),
            },
        };
    }

    private static void Tell(long orders, string what, List<Latencies> found) =>
        Progress.Say($"Documents, {orders} orders: {what} p50 {PairedRatio.Median(found.Select(l => l.P50)):0.0} ms, p99 {PairedRatio.Median(found.Select(l => l.P99)):0.0} ms");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
