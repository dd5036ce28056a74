using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Google.Protobuf;
using Grpc.Core;
using Suite.Contracts.Orders.V1;
using Suite.Local.Services;
using Suite.Tests.EndToEnd.Running;

namespace Suite.Tests.EndToEnd.Calm;

/// <summary>What every service offers beside its own methods: reflection, health, JSON and gRPC-Web.</summary>
internal sealed class SurfaceTests
{
    private static readonly Marshaller<byte[]> s_bytes = Marshallers.Create(static bytes => bytes, static bytes => bytes);

    private TestSuite _suite = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _suite = await Suites.CalmAsync();

    [TestCase("user", "suite.user.v1.UserService")]
    [TestCase("order", "suite.order.v1.OrderService", "suite.order.v1.ProductService", "suite.ops.v1.DeadLetterService")]
    [TestCase("payment", "suite.payment.v1.PaymentService", "suite.payment.v1.LedgerService", "suite.ops.v1.DeadLetterService")]
    public async Task Reflection_names_the_services(string service, params string[] expected)
    {
        var method = new Method<byte[], byte[]>(
            MethodType.DuplexStreaming, "grpc.reflection.v1alpha.ServerReflection", "ServerReflectionInfo", s_bytes, s_bytes);
        using var call = _suite.Channel(_suite.Local.Service(service).GrpcAddress).CreateCallInvoker()
            .AsyncDuplexStreamingCall(method, null, new CallOptions(deadline: DateTime.UtcNow.AddSeconds(30)));
        await call.RequestStream.WriteAsync([0x3A, 0x00]); // list_services: ""
        await call.RequestStream.CompleteAsync();
        Assert.That(await call.ResponseStream.MoveNext(CancellationToken.None), Is.True);

        var names = Encoding.UTF8.GetString(call.ResponseStream.Current);

        foreach (var name in expected.Append("grpc.health.v1.Health"))
        {
            Assert.That(names, Does.Contain(name));
        }
    }

    [TestCase("user")]
    [TestCase("order")]
    [TestCase("payment")]
    public async Task Health_is_told_over_gRPC_and_HTTP(string service)
    {
        var local = _suite.Local.Service(service);
        using var http = new HttpClient { BaseAddress = new Uri(local.HttpAddress) };

        await Eventually.That(() => Probe.GrpcAsync(local), Is.EqualTo(Probe.Serving));
        Assert.That((int)(await http.GetAsync("/livez")).StatusCode, Is.EqualTo(200));
        var ready = await http.GetAsync("/readyz");
        Assert.That((int)ready.StatusCode, Is.EqualTo(200));
        var checks = JsonDocument.Parse(await ready.Content.ReadAsStringAsync()).RootElement.GetProperty("checks");
        Assert.That(checks.EnumerateObject().Select(c => c.Name), Does.Contain("postgres"));
        Assert.That(checks.EnumerateObject().Select(c => c.Value.GetProperty("status").GetString()), Is.All.EqualTo("Healthy"));
    }

    [Test]
    public async Task An_order_is_placed_read_and_cancelled_over_JSON()
    {
        var customer = await _suite.NewCustomerAsync();
        await _suite.ProductAsync("tea", 3);
        using var http = _suite.Http(_suite.Local.Order);

        var placed = await JsonAsync(await http.PostAsJsonAsync("/v1/orders", new
        {
            requestId = Guid.NewGuid(),
            order = new { customer, paymentMethod = "tok_visa", lines = new[] { new { product = "products/tea", quantity = 2 } } },
        }));
        Assert.That(placed.GetProperty("state").GetString(), Is.EqualTo("PENDING"));
        var name = placed.GetProperty("name").GetString()!;
        await _suite.DecidedAsync(name);

        var read = await JsonAsync(await http.GetAsync(new Uri($"/v1/{name}", UriKind.Relative)));
        Assert.That(read.GetProperty("state").GetString(), Is.EqualTo("CONFIRMED"));
        Assert.That(read.GetProperty("total").GetProperty("units").GetString(), Is.EqualTo("6"));
        Assert.That(read.TryGetProperty("paymentMethod", out var method) ? method.GetString() : string.Empty, Is.Empty);
        var filter = Uri.EscapeDataString($"customer = \"{customer}\"");
        var list = await JsonAsync(await http.GetAsync(new Uri($"/v1/orders?filter={filter}", UriKind.Relative)));
        Assert.That(list.GetProperty("orders").GetArrayLength(), Is.EqualTo(1));

        var cancelled = await JsonAsync(
            await http.PostAsJsonAsync($"/v1/{name}:cancel", new { requestId = Guid.NewGuid(), reason = "over JSON" }));
        Assert.That(cancelled.GetProperty("stateReason").GetString(), Is.EqualTo("over JSON"));
    }

    [Test]
    public async Task A_browser_calls_over_gRPC_Web()
    {
        var order = await _suite.PlaceAsync();
        using var http = _suite.Http(_suite.Local.Order);
        using var content = new ByteArrayContent(Wire.Frame(new GetOrderRequest { Name = order.Name }.ToByteArray()));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc-web");

        var method = new Uri($"{_suite.Local.Order.HttpAddress}/suite.order.v1.OrderService/GetOrder");
        using var response = await http.PostAsync(method, content);
        var body = await response.Content.ReadAsByteArrayAsync();

        Assert.That(response.IsSuccessStatusCode, Is.True);
        var length = System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(body.AsSpan(1));
        Assert.That(Order.Parser.ParseFrom(body, 5, length).Name, Is.EqualTo(order.Name));
        Assert.That(Encoding.ASCII.GetString(body.AsSpan(5 + length)), Does.Match("grpc-status: ?0"));
    }

    private static async Task<JsonElement> JsonAsync(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.That(response.IsSuccessStatusCode, Is.True, text);
        return JsonDocument.Parse(text).RootElement;
    }
}
