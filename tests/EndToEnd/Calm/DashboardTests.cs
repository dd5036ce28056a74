using System.Text.Json;
using Suite.Contracts.Orders.V1;
using Suite.Contracts.Payments.V1;
using Suite.Local;
using Suite.Local.Folders;
using Suite.Local.Observe;
using Suite.Local.Packages;
using Suite.Tests.EndToEnd.Running;
using Suite.Tests.EndToEnd.Telemetry;

namespace Suite.Tests.EndToEnd.Calm;

/// <summary>Every panel of every dashboard, asked of a real Prometheus that scraped a real run: none is empty, none is misspelt.</summary>
internal sealed class DashboardTests
{
    private readonly HttpClient _http = new();
    private Observation? _observation;

    private static IEnumerable<TestCaseData> Dashboards => Directory.GetFiles(Path.Combine(Folder, "grafana", "dashboards"), "*.json")
        .Order()
        .Select(file => new TestCaseData(file).SetArgDisplayNames(Path.GetFileNameWithoutExtension(file)));

    private static string Folder => Path.Combine(Checkout.Root, "deploy", "observability");

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        var prometheus = await Programs.EnsureAsync(UnpackedPackage.Prometheus, "prometheus");
        var suite = await Suites.CalmAsync();
        await LiveAsync(suite);
        _observation = await Observation.StartAsync(ScratchFolder.Create("observe"), offset: null, static (_, _) => { }, CancellationToken.None);
        await _observation.WatchAsync(suite.Local, prometheus, seconds: 1, CancellationToken.None);
        await LiveAsync(suite);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await (_observation?.DisposeAsync() ?? ValueTask.CompletedTask);
        _http.Dispose();
    }

    [TestCaseSource(nameof(Dashboards))]
    public async Task No_panel_is_empty(string file)
    {
        using var dashboard = JsonDocument.Parse(await File.ReadAllTextAsync(file));
        var queries = dashboard.RootElement.GetProperty("panels").EnumerateArray()
            .Where(panel => panel.TryGetProperty("targets", out _))
            .SelectMany(panel => panel.GetProperty("targets").EnumerateArray().Select(target => (
                Panel: panel.GetProperty("title").GetString(),
                Query: target.GetProperty("expr").GetString()!.Replace("$job", "user|order|payment", StringComparison.Ordinal))))
            .ToList();
        Assert.That(queries, Is.Not.Empty);

        var empty = queries;
        // Rates need two scrapes, and rules what they are made of.
        await Eventually.That(
            async () =>
            {
                var left = new List<(string? Panel, string Query)>();
                foreach (var query in empty)
                {
                    if (await CountAsync(query.Query) == 0)
                    {
                        left.Add(query);
                    }
                }

                empty = left;
                return left;
            },
            Is.Empty);
    }

    [Test]
    public async Task Every_rule_is_evaluated_without_an_error()
    {
        await Eventually.That(
            async () =>
            {
                using var answer = JsonDocument.Parse(await _http.GetStringAsync($"{_observation!.PrometheusAddress}/api/v1/rules"));
                return answer.RootElement.GetProperty("data").GetProperty("groups").EnumerateArray()
                    .SelectMany(group => group.GetProperty("rules").EnumerateArray())
                    .Where(rule => rule.GetProperty("health").GetString() != "ok")
                    .Select(rule => $"{rule.GetProperty("name")}: {rule.GetProperty("health")} {(rule.TryGetProperty("lastError", out var error) ? error.GetString() : string.Empty)}")
                    .ToList();
            },
            Is.Empty);
    }

    [Test]
    public async Task A_suite_that_is_well_raises_no_alarm()
    {
        using var answer = JsonDocument.Parse(await _http.GetStringAsync($"{_observation!.PrometheusAddress}/api/v1/alerts"));
        Assert.That(
            answer.RootElement.GetProperty("data").GetProperty("alerts").EnumerateArray()
                .Where(alert => alert.GetProperty("state").GetString() == "firing")
                .Select(alert => alert.GetProperty("labels").GetProperty("alertname").GetString()),
            Is.Empty);
    }

    /// <summary>Something of everything that panels show.</summary>
    private static async Task LiveAsync(TestSuite suite)
    {
        for (var replica = 0; replica < 2; replica++)
        {
            var placed = await suite.PlaceAsync(replica: replica);
            await suite.DecidedAsync(placed.Name);
            await suite.Orders(replica).FulfillOrderAsync(new FulfillOrderRequest { Name = placed.Name, RequestId = Guid.NewGuid().ToString() });
            await suite.Orders(replica).RefundOrderAsync(new RefundOrderRequest { Name = placed.Name, RequestId = Guid.NewGuid().ToString() });
            var cancelled = await suite.PlaceAsync(replica: replica);
            await suite.DecidedAsync(cancelled.Name);
            await suite.Orders(replica).CancelOrderAsync(
                new CancelOrderRequest { Name = cancelled.Name, Reason = "changed my mind", RequestId = Guid.NewGuid().ToString() });
            var declined = await suite.PlaceAsync("tok_declined", replica);
            await suite.DecidedAsync(declined.Name);
            await suite.Orders(replica).GetOrderAsync(new GetOrderRequest { Name = placed.Name });
            await suite.Payments(replica).ListPaymentsAsync(new ListPaymentsRequest());
        }

        await suite.Ledger.GetTrialBalanceAsync(new GetTrialBalanceRequest());
    }

    private async Task<int> CountAsync(string query)
    {
        using var response = await _http.GetAsync($"{_observation!.PrometheusAddress}/api/v1/query?query={Uri.EscapeDataString(query)}");
        var text = await response.Content.ReadAsStringAsync();
        Assert.That(response.IsSuccessStatusCode, $"{query}\n{text}");
        using var answer = JsonDocument.Parse(text);
        return answer.RootElement.GetProperty("data").GetProperty("result").GetArrayLength();
    }
}
