using System.Diagnostics;
using Grpc.Core;
using Suite.Contracts.Orders.V1;
using Suite.Contracts.Users.V1;
using Suite.Tests.EndToEnd.Running;

namespace Suite.Tests.EndToEnd.Telemetry;

/// <summary>What people typed, and what is secret, stands in no log, no span and no metric.</summary>
[NonParallelizable]
internal sealed class PrivacyTests
{
    private const string Mark = "Qzxmark";

    private OtlpReceiver _receiver = null!;
    private TestSuite _suite = null!;

    [OneTimeSetUp]
    public async Task UseAsync()
    {
        _suite = await Suites.TracedAsync();
        _receiver = Suites.Spans!;
    }

    [Test]
    public async Task Marked_values_of_a_whole_life_leave_no_trace_in_telemetry()
    {
        var traceId = ActivityTraceId.CreateRandom().ToString();
        Metadata Traced() => TraceHeaders.Sampled(traceId);
        var email = $"{Mark}@example.com";
        var password = $"{Mark} correct horse";
        var user = await _suite.Users.CreateUserAsync(
            new CreateUserRequest { RequestId = Guid.NewGuid().ToString(), User = new User { Email = email, DisplayName = $"{Mark} Lovelace" }, Password = password },
            Traced());
        var sessions = new SessionService.SessionServiceClient(_suite.Channel(_suite.Local.User.GrpcAddress));
        var session = await sessions.CreateSessionAsync(new CreateSessionRequest { Email = email, Password = password, RequestId = Guid.NewGuid().ToString() }, Traced());
        Assert.That(
            async () => await sessions.CreateSessionAsync(new CreateSessionRequest { Email = email, Password = Mark + " wrong", RequestId = Guid.NewGuid().ToString() }, Traced()),
            Throws.TypeOf<RpcException>());
        // A token that no provider knows is declined; it is as secret as one that is known.
        var placed = await _suite.Orders().CreateOrderAsync(await _suite.RequestAsync(user.Name, $"tok_{Mark}"), Traced());
        await _suite.DecidedAsync(placed.Name);
        var second = await _suite.Orders().CreateOrderAsync(await _suite.RequestAsync(user.Name), Traced());
        await _suite.DecidedAsync(second.Name);
        await _suite.Orders().CancelOrderAsync(
            new CancelOrderRequest { Name = second.Name, Reason = $"{Mark} is ill", RequestId = Guid.NewGuid().ToString() }, Traced());
        Assert.That(
            async () => await _suite.Users.CreateUserAsync(new CreateUserRequest { RequestId = Mark, User = new User { Email = Mark } }, Traced()),
            Throws.TypeOf<RpcException>());
        await Eventually.That(
            () => Task.FromResult(_receiver.Trace(traceId).Spans.Count(s => s.Name == "process suite.payment.v1" && s.Group == "order.payment-events")), Is.GreaterThanOrEqualTo(2));

        var secrets = new[] { Mark, session.AccessToken, session.RefreshToken, _suite.AdminKey };
        using (Assert.EnterMultipleScope())
        {
            Assert.That(_receiver.Spans.Where(span => Holds(span.Text, secrets)).Select(span => span.Text), Is.Empty, "spans");
            Assert.That(LogLines().Where(line => Holds(line, secrets)), Is.Empty, "logs");
            Assert.That((await MetricLinesAsync()).Where(line => Holds(line, secrets)), Is.Empty, "metrics");
            Assert.That(_receiver.Spans, Is.Not.Empty);
            Assert.That(LogLines(), Is.Not.Empty);
        }
    }

    private static bool Holds(string text, string[] secrets) => secrets.Any(secret => text.Contains(secret, StringComparison.OrdinalIgnoreCase));

    private IReadOnlyList<string> LogLines() =>
    [
        .. Directory.GetFiles(Path.Combine(_suite.DataDirectory, "logs"))
            .SelectMany(file =>
            {
                using var reader = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
                return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
            }),
    ];

    private async Task<IReadOnlyList<string>> MetricLinesAsync()
    {
        using var http = new HttpClient();
        var lines = new List<string>();
        foreach (var service in _suite.Local.Services)
        {
            lines.AddRange((await http.GetStringAsync(service.HttpAddress + "/metrics")).Split('\n'));
        }

        return lines;
    }
}
