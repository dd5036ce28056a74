using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using NUnit.Framework;
using Suite.Payments.Providers;

namespace Suite.Tests.Component.Payments;

/// <summary>What anybody may send to the webhook endpoint, each with its exact status.</summary>
internal sealed class WebhookEndpointTests
{
    private PaymentDatabase _database = null!;
    private ProviderHost _host = null!;
    private byte[] _secret = [];

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _database = await PaymentDatabase.CreateAsync();
        _host = await ProviderHost.StartAsync(_database.DataSource);
        _secret = await _host.Record.Mail.SecretAsync(default);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }

        if (_database is not null)
        {
            await _database.DisposeAsync();
        }
    }

    [SetUp]
    public void Forget()
    {
        _host.Events.Taken.Clear();
        _host.Events.Verdicts.Clear();
        _host.Events.IsUnknown = _ => false;
        _host.Events.Failures = 0;
    }

    [Test]
    public async Task What_is_signed_is_taken_in_and_what_is_replayed_has_no_effect()
    {
        var (body, id) = (Capture(), NewId());

        Assert.That(await SendAsync(body, id), Is.EqualTo(HttpStatusCode.OK));
        Assert.That(await SendAsync(body, id), Is.EqualTo(HttpStatusCode.OK));
        Assert.That(_host.Events.Taken, Has.Count.EqualTo(1));
        Assert.That(_host.Events.Verdicts.Last(), Is.EqualTo(ProviderEventVerdict.Repeated));
    }

    [Test]
    public async Task A_bad_signature_is_401()
    {
        var stranger = new byte[32];
        Assert.That(await SendAsync(Capture(), NewId(), secret: stranger), Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(await SendAsync(Capture(), NewId(), signature: "v1,"), Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(await SendAsync(Capture(), NewId(), signature: "v2,AAAA"), Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(await SendAsync(Capture(), NewId(), signature: string.Empty), Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(_host.Events.Verdicts, Is.Empty);
    }

    [Test]
    public async Task A_body_or_an_id_other_than_the_signed_one_is_401()
    {
        var timestamp = Seconds(DateTimeOffset.UtcNow);
        var signature = WebhookSignature.Sign(_secret, "evt_1", timestamp, Encoding.UTF8.GetBytes(Capture()));

        Assert.That(await SendAsync(Capture() + " ", "evt_1", timestamp, signature: signature), Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(await SendAsync(Capture(), "evt_2", timestamp, signature: signature), Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(_host.Events.Verdicts, Is.Empty);
    }

    [TestCase(-310)]
    [TestCase(310)]
    public async Task A_signature_that_is_not_of_these_minutes_is_401(int seconds)
    {
        Assert.That(
            await SendAsync(Capture(), NewId(), Seconds(DateTimeOffset.UtcNow.AddSeconds(seconds))),
            Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(_host.Events.Verdicts, Is.Empty);
    }

    [TestCase("")]
    [TestCase("no json")]
    [TestCase("[]")]
    [TestCase("{}")]
    [TestCase("""{"type":"capture.approved","timestamp":"2026-01-01T00:00:00Z","data":{"reference":"sim_1"}}""")]
    public async Task A_body_that_is_no_webhook_is_400(string body)
    {
        Assert.That(await SendAsync(body, NewId()), Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(_host.Events.Verdicts, Is.Empty);
    }

    [TestCase("EUR", -1)]
    [TestCase("EUR", 0)]
    [TestCase("XXX", 1)]
    public async Task A_dispute_of_no_amount_is_400(string currency, long minor)
    {
        var data = $$"""{"reference":"sim_1","dispute":"d","currency":"{{currency}}","amount_minor":{{minor}},"reason":"x"}""";
        var body = $$"""{"type":"dispute.opened","timestamp":"2026-01-01T00:00:00Z","data":{{data}}}""";
        Assert.That(await SendAsync(body, NewId()), Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(_host.Events.Verdicts, Is.Empty);
    }

    [Test]
    public async Task An_unknown_payment_is_404()
    {
        _host.Events.IsUnknown = _ => true;
        Assert.That(await SendAsync(Capture(), NewId()), Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(_host.Events.Taken, Is.Empty);
    }

    [TestCase("payout.paid")]
    [TestCase("capture.doubted")]
    [TestCase("dispute.escalated")]
    public async Task An_unknown_type_is_200_and_ignored(string type)
    {
        Assert.That(await SendAsync(Capture(type), NewId()), Is.EqualTo(HttpStatusCode.OK));
        Assert.That(_host.Events.Verdicts, Is.Empty);
    }

    [TestCase("/webhooks/stripe", HttpStatusCode.NotFound)]
    [TestCase("/webhooks/SIMULATOR", HttpStatusCode.NotFound)]
    [TestCase("/webhooks", HttpStatusCode.NotFound)]
    public async Task Another_providers_path_is_404(string path, HttpStatusCode status)
    {
        Assert.That(await SendAsync(Capture(), NewId(), path: path), Is.EqualTo(status));
        Assert.That(_host.Events.Verdicts, Is.Empty);
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_body_past_64_KiB_is_413(bool declared)
    {
        var body = Capture() + new string(' ', WebhookEndpoint.MostBytes);
        Assert.That(await SendAsync(body, NewId(), isChunked: !declared), Is.EqualTo(HttpStatusCode.RequestEntityTooLarge));
        Assert.That(_host.Events.Verdicts, Is.Empty);
    }

    [Test]
    public async Task What_cannot_be_taken_in_now_is_503_and_says_nothing_of_the_cause()
    {
        _host.Events.Failures = 1;
        using var request = Request(Capture(), NewId());
        using var response = await _host.Http.SendAsync(request);

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        Assert.That(response.Content.Headers.ContentType?.MediaType, Is.EqualTo("application/problem+json"));
        var problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        Assert.That(problem.GetProperty("status").GetInt32(), Is.EqualTo(503));
        Assert.That(problem.GetProperty("detail").GetString(), Is.EqualTo("It could not be taken in now; send it again."));
        Assert.That(problem.ToString(), Does.Not.Contain("database").And.Not.Contain("   at "));
    }

    private static string NewId() => "evt_" + Guid.NewGuid();

    private static string Seconds(DateTimeOffset time) => time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

    private static string Capture(string type = "capture.approved") =>
        $$"""
        {"type":"{{type}}","timestamp":"2026-01-01T00:00:00Z",
        "data":{"payment":"{{Guid.Empty}}","reference":"sim_1","key":"k","step":"cap_k"} }
        """;

    private HttpRequestMessage Request(
        string body,
        string id,
        string? timestamp = null,
        byte[]? secret = null,
        string? signature = null,
        string path = "/webhooks/simulator",
        bool isChunked = false)
    {
        timestamp ??= Seconds(DateTimeOffset.UtcNow);
        var bytes = Encoding.UTF8.GetBytes(body);
        var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = isChunked ? new StreamContent(new MemoryStream(bytes)) : new ByteArrayContent(bytes),
        };
        request.Headers.TransferEncodingChunked = isChunked;
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add("webhook-id", id);
        request.Headers.Add("webhook-timestamp", timestamp);
        signature ??= WebhookSignature.Sign(secret ?? _secret, id, timestamp, bytes);
        request.Headers.TryAddWithoutValidation("webhook-signature", signature);
        return request;
    }

    private async Task<HttpStatusCode> SendAsync(
        string body,
        string id,
        string? timestamp = null,
        byte[]? secret = null,
        string? signature = null,
        string path = "/webhooks/simulator",
        bool isChunked = false)
    {
        using var request = Request(body, id, timestamp, secret, signature, path, isChunked);
        using var response = await _host.Http.SendAsync(request);
        return response.StatusCode;
    }
}
