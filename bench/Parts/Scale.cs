using System.Globalization;
using Suite.Bench.Load;
using Suite.Bench.Measuring;
using Suite.Bench.Report;
using Suite.Contracts.Orders.V1;
using Suite.Contracts.Payments.V1;
using Suite.Local;

namespace Suite.Bench.Parts;

/// <summary>Whether calls take longer when there is more: the same calls with ten thousand orders, and with as many as were asked for.</summary>
internal sealed class Scale : IDisposable
{
    private const long Few = 10_000;
    private const int Readers = 8;
    private const int Writers = 32;

    private readonly Shop _shop;
    private readonly BenchOptions _options;
    private readonly Seeding _seeding;
    private readonly ProcessorTime _services;
    private readonly Connections _toOrder;
    private readonly Connections _toPayment;
    private readonly (string What, int Callers, Func<long, Task> Call)[] _calls;

    public Scale(LocalSuite suite, Shop shop, BenchOptions options)
    {
        _shop = shop;
        _options = options;
        _seeding = new Seeding(suite, shop);
        _services = new ProcessorTime(suite.Services.Select(s => s.Process!.ProcessId));
        _toOrder = new Connections(suite.Order.GrpcAddress, suite.AdminKeyFile);
        _toPayment = new Connections(suite.Payment.GrpcAddress, suite.AdminKeyFile);
        var orders = _toOrder.Clients(channel => new OrderService.OrderServiceClient(channel));
        var payments = _toPayment.Clients(channel => new PaymentService.PaymentServiceClient(channel));
        _calls =
        [
            ("GetOrder", Readers, n => One(orders, n).GetOrderAsync(new GetOrderRequest { Name = Seeding.OrderOf(n) }).ResponseAsync),
            ("ListOrders of a customer", Readers, n => One(orders, n).ListOrdersAsync(new ListOrdersRequest { Filter = Of(n) }).ResponseAsync),
            ("GetPayment", Readers, n => One(payments, n).GetPaymentAsync(new GetPaymentRequest { Name = Seeding.PaymentOf(n) }).ResponseAsync),
            ("ListPayments of a customer", Readers, n => One(payments, n).ListPaymentsAsync(new ListPaymentsRequest { Filter = Of(n) }).ResponseAsync),
            ("CreateOrder", Writers, n => One(orders, n).CreateOrderAsync(_shop.NextOrder()).ResponseAsync),
        ];
    }

    public void Dispose()
    {
        _toOrder.Dispose();
        _toPayment.Dispose();
        _services.Dispose();
    }

    public async Task<PartResult> RunAsync(CancellationToken cancellationToken)
    {
        await _seeding.UpToAsync(Few, cancellationToken);
        Progress.Say($"Scale: warming up");
        foreach (var (_, callers, call) in _calls)
        {
            await CallAsync(callers, call, Few, _options.WarmUp / _calls.Length, cancellationToken);
        }

        var few = await MeasureAsync(Few, cancellationToken);
        await _seeding.UpToAsync(_options.Orders, cancellationToken);
        var many = await MeasureAsync(_options.Orders, cancellationToken);
        return new PartResult(
            BenchOptions.Scale,
            Text($"p99 of calls with {_options.Orders:#,##0} orders against the same with {Few:#,##0}"),
            [Text($"./build.sh bench --only scale --orders {_options.Orders}")],
            [.. _calls.Select((call, i) => ToMeasurement(call.What, call.Callers, few[i], many[i]))]);
    }

    private async Task<List<List<Latencies>>> MeasureAsync(long orders, CancellationToken cancellationToken)
    {
        List<List<Latencies>> found = [.. _calls.Select(_ => new List<Latencies>())];
        for (var round = 0; round < _options.Rounds; round++)
        {
            for (var i = 0; i < _calls.Length; i++)
            {
                // Orders of the round before may still be on their way to Payment and back.
                await _services.WaitQuietAsync(TimeSpan.FromSeconds(30), cancellationToken);
                found[i].Add(await CallAsync(_calls[i].Callers, _calls[i].Call, orders, _options.Window, cancellationToken));
            }

            Progress.Say($"Scale, {orders} orders, round {round + 1}: {string.Join(", ", _calls.Select((c, i) => Text($"{c.What} p99 {found[i][^1].P99:0.0} ms")))}");
        }

        return found;
    }

    /// <summary>Calls with numbers drawn at random from all there are, the same in every run.</summary>
    private static async Task<Latencies> CallAsync(int callers, Func<long, Task> call, long orders, TimeSpan duration, CancellationToken cancellationToken)
    {
#pragma warning disable CA5394 // Which order is read is no secret.
        var random = Enumerable.Range(0, callers).Select(caller => new Random(caller)).ToArray();
        return (await ClosedLoop.RunAsync(callers, duration, caller => call(random[caller].NextInt64(orders) + 1), cancellationToken)).Latencies;
#pragma warning restore CA5394
    }

    private static Measurement ToMeasurement(string what, int callers, List<Latencies> few, List<Latencies> many)
    {
        var pairs = new PairedRatio();
        for (var round = 0; round < many.Count; round++)
        {
            pairs.Add(many[round].P99, few[round].P99);
        }

        return new Measurement(Text($"{what}, {callers} callers, p99"), pairs.Ours, "ms")
        {
            Against = new Comparison(Text($"the same with {Few:#,##0} orders"), pairs.Theirs, pairs.Ratio, pairs.Lowest, pairs.Highest),
            Target = Target.RatioAtMost(1.5),
            Details = new Dictionary<string, double>
            {
                ["p50 ms"] = PairedRatio.Median(many.Select(l => l.P50)),
                ["p50 ms with few"] = PairedRatio.Median(few.Select(l => l.P50)),
            },
        };
    }

    private static T One<T>(T[] clients, long number) => clients[number % clients.Length];

    private string Of(long number) => $"customer = \"{_shop.Customers[(int)(number % _shop.Customers.Count)]}\"";

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
