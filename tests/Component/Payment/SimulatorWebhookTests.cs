using System.Net;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;
using Suite.Payments.Domain;
using Suite.Payments.Providers;
using Suite.Platform.Monetary;

namespace Suite.Tests.Component.Payments;

/// <summary>What the simulator tells by webhook, over real HTTP into the service's own endpoint.</summary>
internal sealed class SimulatorWebhookTests
{
    private PaymentDatabase _database = null!;
    private FakeTimeProvider _clock = null!;

    [OneTimeSetUp]
    public async Task CreateDatabase() => _database = await PaymentDatabase.CreateAsync();

    [OneTimeTearDown]
    public async Task DropDatabase()
    {
        if (_database is not null)
        {
            await _database.DisposeAsync();
        }
    }

    [SetUp]
    public Task NothingIsOnItsWay()
    {
        _clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        return _database.ExecuteAsync("TRUNCATE simulator_webhooks");
    }

    [Test]
    public async Task Every_step_and_dispute_is_told_and_an_ordinary_authorization_is_not()
    {
        await using var host = await StartAsync(time: _clock);
        var payment = await HoldAsync(host, "tok_dispute_won");
        await CaptureAsync(host, payment, 600);
        await DeliveredAsync(payment, 1);
        await RefundAsync(host, payment, 100);
        await DeliveredAsync(payment, 2);
        _clock.Advance(2 * ProviderHost.Later);
        await DeliveredAsync(payment, 4);

        Assert.That(
            host.Events.Of(payment),
            Is.EqualTo((string[])["Capture Approved", "Refund Approved", "dispute Open 600 EUR", "dispute Won 600 EUR"]));
        var capture = host.Events.Taken.OfType<ProviderEvent.StepAnswered>().First(e => e.PaymentId == payment);
        Assert.That((capture.Key, capture.Reference), Is.EqualTo((payment + ":capture", "sim_" + payment)));
    }

    [Test]
    public async Task A_doubled_webhook_has_one_id_and_takes_effect_once()
    {
        await using var host = await StartAsync();
        var payment = await HoldAsync(host, "tok_webhook_doubled");
        await CaptureAsync(host, payment, 1000);

        await DeliveredAsync(payment, 2);
        Assert.That(host.Events.Of(payment), Is.EquivalentTo((string[])["Authorize Approved", "Capture Approved"]));
        Assert.That(host.Events.Verdicts.Count(v => v == ProviderEventVerdict.Repeated), Is.EqualTo(2));
    }

    [Test]
    public async Task Reordered_webhooks_come_in_the_opposite_order()
    {
        await using var host = await StartAsync(time: _clock);
        var payment = await HoldAsync(host, "tok_webhook_reordered");
        await CaptureAsync(host, payment, 1000);
        await RefundAsync(host, payment, 1000);

        await DeliveredAsync(payment, 1);
        _clock.Advance(ProviderHost.Later);
        await DeliveredAsync(payment, 2);
        _clock.Advance(ProviderHost.Later);
        await DeliveredAsync(payment, 3);
        Assert.That(host.Events.Of(payment), Is.EqualTo((string[])["Refund Approved", "Capture Approved", "Authorize Approved"]));
    }

    [Test]
    public async Task A_lost_webhook_is_never_delivered_and_whoever_asks_learns_the_outcome()
    {
        await using var host = await StartAsync();
        var payment = await HoldAsync(host, "tok_capture_flaky+webhook_lost");
        Assert.That(async () => await CaptureAsync(host, payment, 1000), Throws.TypeOf<ProviderException>());
        var other = await HoldAsync(host, "tok_webhook_doubled");

        // What was written later was delivered; what is lost is not even due.
        await DeliveredAsync(other, 1);
        Assert.That(host.Events.Of(payment), Is.Empty);
        Assert.That(
            await _database.ScalarAsync<long>(
                "SELECT count(*) FROM simulator_webhooks WHERE authorization_key = $1 AND copies = 0 AND attempts = 0", payment.ToString()),
            Is.EqualTo(2));
        Assert.That(
            await host.Provider.FindAsync(new ProviderQuery(payment + ":capture", StepKind.Capture, payment, "sim_" + payment), default),
            Is.InstanceOf<ProviderAnswer.Approved>());
    }

    [Test]
    public async Task A_webhook_that_comes_first_is_taken_in_before_the_call_is_answered()
    {
        await using var host = await StartAsync();
        var payment = await HoldAsync(host, "tok_webhook_first");
        Assert.That(host.Events.Of(payment), Is.EqualTo((string[])["Authorize Approved"]));

        await CaptureAsync(host, payment, 1000);
        Assert.That(host.Events.Of(payment), Is.EqualTo((string[])["Authorize Approved", "Capture Approved"]));
    }

    [Test]
    public async Task A_webhook_is_sent_again_until_it_is_taken_in()
    {
        await using var host = await StartAsync();
        var payment = await HoldAsync(host, "tok_visa");
        host.Events.Failures = 2;
        await CaptureAsync(host, payment, 1000);

        await DeliveredAsync(payment, 1);
        Assert.That(host.Events.Of(payment), Is.EqualTo((string[])["Capture Approved"]));
        Assert.That(
            await _database.ScalarAsync<int>("SELECT attempts FROM simulator_webhooks WHERE authorization_key = $1", payment.ToString()),
            Is.EqualTo(3));
    }

    [Test]
    public async Task What_a_process_did_not_deliver_the_next_one_does()
    {
        Guid payment;
        await using (var host = await StartAsync())
        {
            payment = await HoldAsync(host, "tok_refund_pending");
            host.Events.Failures = int.MaxValue;
            await CaptureAsync(host, payment, 1000);
            await RefundAsync(host, payment, 400);
        }

        await using var next = await StartAsync();
        await DeliveredAsync(payment, 2);
        Assert.That(next.Events.Of(payment), Is.EquivalentTo((string[])["Capture Approved", "Refund Approved"]));
    }

    [Test]
    public async Task Two_replicas_deliver_each_webhook_once()
    {
        var events = new RecordingEvents();
        await using var one = await StartAsync(events);
        await using var two = await StartAsync(events);
        var payments = await Task.WhenAll(Enumerable.Range(0, 60).Select(async i =>
        {
            var payment = await HoldAsync(i % 2 == 0 ? one : two, "tok_visa");
            await CaptureAsync(i % 2 == 0 ? one : two, payment, 1000);
            return payment;
        }));

        foreach (var payment in payments)
        {
            await DeliveredAsync(payment, 1);
        }

        Assert.That(events.Verdicts, Has.Count.EqualTo(60).And.All.EqualTo(ProviderEventVerdict.Accepted));
    }

    [Test]
    public async Task A_hold_that_ends_by_itself_is_told_and_one_that_was_taken_is_not()
    {
        await using var host = await StartAsync(time: _clock);
        var left = await HoldAsync(host, "tok_expires");
        var taken = await HoldAsync(host, "tok_expires");
        await CaptureAsync(host, taken, 1000);
        _clock.Advance(ProviderHost.Later);

        await DeliveredAsync(left, 1);
        await DeliveredAsync(taken, 1);
        Assert.That(host.Events.Of(left), Is.EqualTo((string[])["HoldExpired"]));
        Assert.That(host.Events.Of(taken), Is.EqualTo((string[])["Capture Approved"]));
    }

    [TestCase("approve", "Authorize Approved")]
    [TestCase("decline", "Authorize Declined")]
    public async Task What_the_holder_of_the_card_decides_on_the_page_is_told_once(string outcome, string told)
    {
        await using var host = await StartAsync();
        var payment = Guid.CreateVersion7();
        var answer = await host.Provider.AuthorizeAsync(Authorization(payment, "tok_requires_action"), default);
        var page = ((ProviderAnswer.ActionRequired)answer).RedirectUri;
        Assert.That(page, Does.StartWith(host.Http.BaseAddress!.ToString()));

        using var shown = await host.Http.GetAsync(page);
        Assert.That(await shown.Content.ReadAsStringAsync(), Does.Contain("1000 minor units of EUR"));
        Assert.That(await PostAsync(host, page, "maybe"), Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(await PostAsync(host, page, outcome), Is.EqualTo(HttpStatusCode.OK));
        Assert.That(await PostAsync(host, page, "approve"), Is.EqualTo(HttpStatusCode.Conflict));
        using var over = await host.Http.GetAsync(page);
        Assert.That(over.StatusCode, Is.EqualTo(HttpStatusCode.Gone));
        await DeliveredAsync(payment, 1);
        Assert.That(host.Events.Of(payment), Is.EqualTo((string[])[told]));
    }

    [Test]
    public async Task A_page_that_nobody_was_sent_to_does_not_exist()
    {
        await using var host = await StartAsync();
        var payment = await HoldAsync(host, "tok_visa");

        foreach (var key in (string[])[payment.ToString(), "nothing"])
        {
            using var shown = await host.Http.GetAsync("/simulator/actions/" + key);
            Assert.That(shown.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
            Assert.That(await PostAsync(host, "/simulator/actions/" + key, "approve"), Is.EqualTo(HttpStatusCode.NotFound));
        }
    }

    private static async Task<HttpStatusCode> PostAsync(ProviderHost host, string page, string outcome)
    {
        using var form = new FormUrlEncodedContent([KeyValuePair.Create("outcome", outcome)]);
        using var response = await host.Http.PostAsync(page, form);
        return response.StatusCode;
    }

    private Task<ProviderHost> StartAsync(RecordingEvents? events = null, TimeProvider? time = null) =>
        ProviderHost.StartAsync(_database.DataSource, events, time);

    private static ProviderAuthorization Authorization(Guid payment, string token) =>
        new(payment.ToString(), payment, Guid.NewGuid(), new MoneyAmount(1000, "EUR"), token);

    private static async Task<Guid> HoldAsync(ProviderHost host, string token)
    {
        var payment = Guid.CreateVersion7();
        Assert.That(await host.Provider.AuthorizeAsync(Authorization(payment, token), default), Is.InstanceOf<ProviderAnswer.Approved>());
        return payment;
    }

    private static Task<ProviderAnswer> CaptureAsync(ProviderHost host, Guid payment, long minor) => host.Provider.CaptureAsync(
        new ProviderCapture(payment + ":capture", payment, "sim_" + payment, new MoneyAmount(minor, "EUR"), true), default);

    private static Task<ProviderAnswer> RefundAsync(ProviderHost host, Guid payment, long minor) => host.Provider.RefundAsync(
        new ProviderRefund(payment + ":refund", payment, "sim_" + payment, new MoneyAmount(minor, "EUR")), default);

    private Task DeliveredAsync(Guid payment, int count) => Eventually.That(
        () => _database.ScalarAsync<long>(
            "SELECT count(*) FROM simulator_webhooks WHERE authorization_key = $1 AND deliver_time IS NOT NULL", payment.ToString()),
        Is.EqualTo(count));
}
