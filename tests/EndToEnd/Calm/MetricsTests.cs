using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Suite.Contracts.Orders.V1;
using Suite.Tests.EndToEnd.Running;

namespace Suite.Tests.EndToEnd.Calm;

/// <summary>What Prometheus finds at <c>/metrics</c> of services that have done something.</summary>
internal sealed partial class MetricsTests
{
    private TestSuite _suite = null!;

    [OneTimeSetUp]
    public async Task UseAsync()
    {
        _suite = await Suites.CalmAsync();
        var placed = await _suite.PlaceAsync();
        await _suite.DecidedAsync(placed.Name);
        var declined = await _suite.PlaceAsync("tok_declined");
        await _suite.DecidedAsync(declined.Name);
        Assert.That(async () => await _suite.Orders().GetOrderAsync(new GetOrderRequest { Name = $"orders/{Guid.CreateVersion7()}" }), Throws.Exception);
    }

    [TestCase("order", "rpc_server_call_duration_seconds_count", "rpc_method=\"suite.order.v1.OrderService/CreateOrder\"", "rpc_response_status_code=\"OK\"")]
    [TestCase("order", "rpc_server_call_duration_seconds_count", "rpc_method=\"suite.order.v1.OrderService/GetOrder\"", "error_type=\"RESOURCE_NOT_FOUND\"")]
    [TestCase("order", "suite_outbox_depth")]
    [TestCase("order", "suite_outbox_age_seconds")]
    [TestCase("order", "messaging_client_sent_messages_total", "messaging_destination_name=\"suite.order.v1\"")]
    [TestCase("order", "messaging_client_consumed_messages_total", "messaging_consumer_group_name=\"order.payment-events\"")]
    [TestCase("order", "messaging_process_duration_seconds_count", "messaging_consumer_group_name=\"order.payment-events\"")]
    [TestCase("order", "suite_consumer_lag", "messaging_destination_name=\"suite.payment.v1\"")]
    [TestCase("order", "suite_dead_letters", "kind=\"failed\"")]
    [TestCase("order", "suite_order_saga_duration_seconds_count", "outcome=\"confirmed\"")]
    [TestCase("order", "suite_order_saga_duration_seconds_count", "outcome=\"rejected\"")]
    [TestCase("user", "suite_cache_requests_total", "cache=\"user\"", "level=\"")]
    [TestCase("order", "suite_lock_wait_duration_seconds_count", "lock_acquired=\"true\"")]
    [TestCase("order", "suite_overload_limit")]
    [TestCase("order", "suite_build_info", "service_version=\"")]
    [TestCase("order", "db_client_connection_count", "db_client_connection_pool_name=\"")]
    [TestCase("order", "kestrel_active_connections")]
    [TestCase("order", "dotnet_process_memory_working_set_bytes")]
    [TestCase("payment", "suite_provider_call_duration_seconds_count", "operation=\"authorize\"", "outcome=\"approved\"")]
    [TestCase("payment", "suite_provider_call_duration_seconds_count", "operation=\"authorize\"", "outcome=\"declined\"")]
    [TestCase("user", "rpc_server_call_duration_seconds_count", "rpc_method=\"suite.user.v1.UserService/GetUser\"")]
    public async Task What_happened_is_counted(string service, string name, params string[] labels) =>
        await Eventually.That(
            async () => (await LinesAsync(service)).Where(line => line.StartsWith(name + "{", StringComparison.Ordinal) && labels.All(line.Contains)).ToList(),
            Is.Not.Empty,
            $"{name} with {string.Join(", ", labels)}");

    [TestCase("user")]
    [TestCase("order")]
    [TestCase("payment")]
    public async Task No_label_takes_an_id(string service)
    {
        // What grows with use: ids, resource names, addresses of people, traces.
        var offending = (await LinesAsync(service)).Where(line => !line.StartsWith("suite_build_info", StringComparison.Ordinal))
            .SelectMany(line => Label().Matches(line.Split('}')[0]))
            .Where(label => Unbounded().IsMatch(label.Groups["value"].Value))
            .Select(label => label.Value)
            .Distinct();
        Assert.That(offending, Is.Empty);
    }

    [TestCase("user", 3_000)]
    [TestCase("order", 6_000)]
    [TestCase("payment", 6_000)]
    public async Task The_number_of_series_is_bounded(string service, int most) =>
        Assert.That((await LinesAsync(service)).Count(line => !line.StartsWith('#')), Is.LessThan(most));

    [Test]
    public async Task A_bucket_of_latency_has_a_trace_to_look_at()
    {
        var traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
        await _suite.Orders().ListOrdersAsync(new ListOrdersRequest(), TraceHeaders.Sampled(traceId));

        Assert.That(
            (await LinesAsync("order", openMetrics: true)).Where(line => line.StartsWith("rpc_server_call_duration_seconds_bucket", StringComparison.Ordinal)),
            Has.Some.Contains($"trace_id=\"{traceId}\""));
    }

    private async Task<IReadOnlyList<string>> LinesAsync(string service, bool openMetrics = false)
    {
        var lines = new List<string>();
        using var http = new HttpClient();
        foreach (var replica in _suite.Local.Services.Where(s => s.Name == service))
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, replica.HttpAddress + "/metrics");
            if (openMetrics)
            {
                request.Headers.Accept.Add(MediaTypeWithQualityHeaderValue.Parse("application/openmetrics-text;version=1.0.0"));
            }

            using var response = await http.SendAsync(request);
            response.EnsureSuccessStatusCode();
            lines.AddRange((await response.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries));
        }

        return lines;
    }

    [GeneratedRegex("(?<name>[a-z_]+)=\"(?<value>[^\"]*)\"")]
    private static partial Regex Label();

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-|[0-9a-f]{32}|@|(users|orders|payments|products|apiKeys)/")]
    private static partial Regex Unbounded();
}
