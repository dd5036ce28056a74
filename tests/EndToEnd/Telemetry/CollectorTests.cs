using System.Diagnostics;
using System.Text.Json;
using Suite.Local;
using Suite.Local.Folders;
using Suite.Local.Observe;
using Suite.Local.Ports;
using Suite.Tests.EndToEnd.Running;

namespace Suite.Tests.EndToEnd.Telemetry;

/// <summary>Where spans go: Jaeger has them, and when nobody takes them no caller notices.</summary>
[NonParallelizable]
internal sealed class CollectorTests
{
    private TestSuite _suite = null!;

    [OneTimeSetUp]
    public async Task UseAsync() => _suite = await Suites.TracedAsync();

    [TearDown]
    public Task MendAsync() => _suite.MendAsync();

    [Test]
    public async Task Jaeger_tells_the_whole_trace_of_an_order()
    {
        var program = Path.Combine(Checkout.Root, "..", "shared", "bin", "jaeger");
        if (!File.Exists(program))
        {
            Assert.Ignore("Jaeger is not here.");
        }

        await using var jaeger = await Observation.StartAsync(
            ScratchFolder.Create("jaeger"), offset: null, static (_, _) => { }, CancellationToken.None, new JaegerBinary(Path.GetFullPath(program)));
        await SendToAsync(jaeger.Environment["OTEL_EXPORTER_OTLP_ENDPOINT"]);
        var traceId = ActivityTraceId.CreateRandom().ToString();

        await PlaceAsync(traceId);

        using var http = new HttpClient();
        await Eventually.That(
            async () =>
            {
                using var response = await http.GetAsync($"{jaeger.JaegerAddress}/api/traces/{traceId}");
                return response.IsSuccessStatusCode ? Names(await response.Content.ReadAsStringAsync()) : [];
            },
            Is.SupersetOf(new[]
            {
                "suite-order: suite.order.v1.OrderService/CreateOrder", "suite-user: suite.user.v1.UserService/GetUser", "suite-order: INSERT orders",
                "suite-order: send suite.order.v1", "suite-payment: process suite.order.v1", "suite-payment: authorize simulator",
                "suite-payment: send suite.payment.v1", "suite-order: process suite.payment.v1",
            }));
    }

    [Test]
    public async Task A_collector_that_is_away_costs_no_call_anything()
    {
        await SendToAsync($"http://127.0.0.1:{FreePorts.Next()}");

        await PlaceManyAsync();
    }

    [Test]
    public async Task A_collector_that_hangs_costs_no_call_anything()
    {
        await using var wire = StallingWire.To(FreePorts.Next());
        wire.Stall();
        await SendToAsync($"http://127.0.0.1:{wire.Port}");

        await PlaceManyAsync();
    }

    private static string[] Names(string json)
    {
        using var answer = JsonDocument.Parse(json);
        return
        [
            .. answer.RootElement.GetProperty("data").EnumerateArray().SelectMany(trace => trace.GetProperty("spans").EnumerateArray().Select(span =>
            {
                var process = trace.GetProperty("processes").GetProperty(span.GetProperty("processID").GetString()!);
                return $"{process.GetProperty("serviceName").GetString()}: {span.GetProperty("operationName").GetString()}";
            })),
        ];
    }

    private Task SendToAsync(string endpoint) => Task.WhenAll(_suite.Local.Services.Select(service => _suite.RestartAsync(
        service, ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint), ("OTEL_BSP_SCHEDULE_DELAY", "200"))));

    private async Task PlaceAsync(string traceId)
    {
        var placed = await _suite.Orders().CreateOrderAsync(await _suite.RequestAsync(await _suite.NewCustomerAsync()), TraceHeaders.Sampled(traceId));
        await _suite.DecidedAsync(placed.Name);
    }

    /// <summary>More spans than the queue of an exporter holds (2048), and every call within its time.</summary>
    private async Task PlaceManyAsync()
    {
        var customer = await _suite.NewCustomerAsync();
        await _suite.ProductAsync("tea", 3);
        for (var round = 0; round < 10; round++)
        {
            var placed = await Task.WhenAll(Enumerable.Range(0, 40).Select(async _ => await _suite.Orders().CreateOrderAsync(
                await _suite.RequestAsync(customer), TraceHeaders.Sampled(ActivityTraceId.CreateRandom().ToString()), DateTime.UtcNow.AddSeconds(10))));
            await _suite.DecidedAsync(placed[^1].Name);
        }

        foreach (var service in _suite.Local.Services)
        {
            using var process = Process.GetProcessById(service.Process!.ProcessId);
            Assert.That(process.WorkingSet64, Is.LessThan(300L << 20), service.Title);
        }
    }
}
