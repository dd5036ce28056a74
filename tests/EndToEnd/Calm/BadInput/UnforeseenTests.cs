using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Google.Protobuf;
using Grpc.Core;
using Npgsql;
using Suite.Contracts.Orders.V1;
using Suite.Tests.EndToEnd.Running;

namespace Suite.Tests.EndToEnd.Calm.BadInput;

/// <summary>Deadlines that pass, and what nobody foresaw.</summary>
internal sealed class UnforeseenTests
{
    // The sweepers look at orders on nobody's behalf.
    private const string AtWork =
        """
        SELECT query FROM pg_stat_activity
        WHERE datname = 'suite_order' AND state = 'active' AND wait_event_type = 'Lock'
          AND query NOT LIKE '%state = 1 AND id > $1 AND create_time%'
          AND query NOT LIKE '%FROM departed_customers d JOIN orders%'
        """;

    private TestSuite _suite = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _suite = await Suites.CalmAsync();

    [Test]
    public async Task The_work_stops_with_the_deadline()
    {
        var order = await _suite.DecidedAsync((await _suite.PlaceAsync()).Name);
        var before = await Written.ReadAsync(_suite);
        await using (var connection = await _suite.ConnectAsync("order"))
        {
            await using var transaction = await connection.BeginTransactionAsync();
            await using var hold = new NpgsqlCommand("LOCK TABLE orders IN ACCESS EXCLUSIVE MODE", connection, transaction);
            await hold.ExecuteNonQueryAsync();
            (string Method, IMessage Request)[] calls =
            [
                ("GetOrder", new GetOrderRequest { Name = order.Name }),
                ("ListOrders", new ListOrdersRequest()),
                ("CancelOrder", new CancelOrderRequest { Name = order.Name, RequestId = Guid.NewGuid().ToString() }),
                ("CreateOrder", await _suite.RequestAsync(order.Customer)),
            ];

            var refusals = await Task.WhenAll(calls.Select(async call =>
            {
                var (code, message, details, _) = await Wire.CallAsync(
                    _suite.Local.Order.GrpcAddress,
                    $"suite.order.v1.OrderService/{call.Method}",
                    call.Request.ToByteArray(),
                    _suite.AdminKey,
                    timeout: "300m");
                return (call.Method, Refusal: Refusal.Of(code, message, details));
            }));

            foreach (var (method, refusal) in refusals)
            {
                Assert.That(refusal.Code, Is.EqualTo(StatusCode.DeadlineExceeded), method);
                refusal.MustBe(StatusCode.DeadlineExceeded, "DEADLINE_PASSED");
            }

            // Sooner than any limit of the database's own would end it, the longest of which is five seconds.
            await Eventually.That(
                () => _suite.RowsAsync("user", AtWork, r => r.GetString(0)),
                Is.Empty,
                "The database still works for callers who left.",
                seconds: 3);
            await transaction.RollbackAsync();
        }

        Assert.That(await Written.ReadAsync(_suite), Is.EqualTo(before));
        Assert.That(await _suite.Orders().GetOrderAsync(new GetOrderRequest { Name = order.Name }), Is.EqualTo(order));
    }

    [Test]
    public async Task A_client_is_told_that_its_deadline_passed()
    {
        var refusal = await Refusal.OfAsync(_suite.Orders().GetOrderAsync(
            new GetOrderRequest { Name = $"orders/{Guid.CreateVersion7()}" }, deadline: DateTime.UtcNow.AddMilliseconds(-1)));

        Assert.That(refusal.Code, Is.EqualTo(StatusCode.DeadlineExceeded));
    }

    [Test]
    public async Task What_nobody_foresaw_is_INTERNAL_with_a_fixed_text_and_a_trace_id_and_nothing_of_its_cause()
    {
        await _suite.ExecuteAsync("order", "ALTER TABLE products RENAME TO products_of_nobody");
        try
        {
            var refusal = await Refusal.OfAsync(_suite.Products.ListProductsAsync(new ListProductsRequest()));

            refusal.MustBe(StatusCode.Internal, "INTERNAL_ERROR");
            Assert.That(refusal.Message, Is.EqualTo("An internal error occurred; the trace id finds its cause in the log."));
            Assert.That(refusal.Info!.Metadata.Keys, Is.EqualTo(new[] { "trace_id" }));
            Assert.That(refusal.Info.Metadata["trace_id"], Does.Match("^[0-9a-f]{32}$"));
            Assert.That(refusal.ToString(), Does.Not.Contain("products").And.Not.Contain("Npgsql").And.Not.Contain("42P01"));

            using var http = _suite.Http(_suite.Local.Order);
            using var response = await http.GetAsync(new Uri("/v1/products", UriKind.Relative));
            var body = await response.Content.ReadAsStringAsync();
            Assert.That((int)response.StatusCode, Is.EqualTo(500));
            Assert.That(body, Does.Contain("INTERNAL_ERROR"));
            Assert.That(body, Does.Not.Contain("products").And.Not.Contain("Npgsql").And.Not.Contain("42P01"));
        }
        finally
        {
            await _suite.ExecuteAsync("order", "ALTER TABLE products_of_nobody RENAME TO products");
        }

        await _suite.Products.ListProductsAsync(new ListProductsRequest());
    }

    [Test]
    public async Task Bad_input_over_JSON_is_refused_with_the_same_reasons()
    {
        var before = await Written.ReadAsync(_suite);
        using var http = _suite.Http(_suite.Local.Order);

        using var empty = await http.PostAsJsonAsync("/v1/orders", new { requestId = Guid.NewGuid() });
        await RefusedAsync(empty, 400, "INVALID_REQUEST");
        using var torn = new StringContent("{\"order\": {", Encoding.UTF8, "application/json");
        using var answer = await http.PostAsync(new Uri("/v1/orders", UriKind.Relative), torn);
        Assert.That((int)answer.StatusCode, Is.EqualTo(400));
        Assert.That(await answer.Content.ReadAsStringAsync(), Does.Not.Contain("Exception"));
        using var unknown = await http.GetAsync(new Uri($"/v1/orders/{Guid.NewGuid()}", UriKind.Relative));
        await RefusedAsync(unknown, 404, "RESOURCE_NOT_FOUND");

        Assert.That(await Written.ReadAsync(_suite), Is.EqualTo(before));

        static async Task RefusedAsync(HttpResponseMessage response, int status, string reason)
        {
            var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
            Assert.That((int)response.StatusCode, Is.EqualTo(status), body.ToString());
            var reasons = body.GetProperty("details").EnumerateArray()
                .Select(d => d.TryGetProperty("reason", out var r) ? r.GetString() : null);
            Assert.That(reasons, Does.Contain(reason));
        }
    }
}
