using NUnit.Framework;
using Suite.Payments.Domain;
using Suite.Payments.Features;
using Suite.Payments.Providers;
using Suite.Platform.Monetary;

namespace Suite.Tests.Component.Payments;

/// <summary>Stripe's side of the port, against a stub that keeps state.</summary>
internal sealed class StripeTests
{
    private const string Visa = "pm_card_visa";

    private StripeStub _stripe = null!;
    private StripeProvider _provider = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _stripe = await StripeStub.StartAsync();
        _provider = Provider();
    }

    [TearDown]
    public async Task StopAsync()
    {
        _provider?.Dispose();
        if (_stripe is not null)
        {
            await _stripe.DisposeAsync();
        }
    }

    [Test]
    public async Task A_payment_is_held_captured_in_part_and_refunded_and_listed_so()
    {
        var (payment, reference) = await HoldAsync();

        Assert.That(await CaptureAsync(payment, reference, "cap", 600), Is.EqualTo(new ProviderAnswer.Approved("ch_" + reference)));
        Assert.That(await RefundAsync(payment, reference, "ref", 100), Is.InstanceOf<ProviderAnswer.Approved>());
        Assert.That(
            await RefundAsync(payment, reference, "too much", 501), Is.EqualTo(new ProviderAnswer.Declined("charge_already_refunded")));
        Assert.That(
            await ListAsync(),
            Is.EqualTo((ProviderPayment[])[new ProviderPayment(payment, reference, new MoneyAmount(1000, "EUR"), 0, 600, 100, 0)]));
    }

    [Test]
    public async Task An_authorization_says_until_when_it_holds_and_carries_what_it_is_for()
    {
        var payment = Guid.CreateVersion7();
        var answer = await AuthorizeAsync(payment, Visa);

        Assert.That(((ProviderAnswer.Approved)answer).ExpireTime, Is.GreaterThan(DateTimeOffset.UtcNow.AddDays(6)));
        var (_, key, form) = _stripe.Requests.Single();
        Assert.That(key, Is.EqualTo(payment.ToString()));
        Assert.That(
            (form["amount"], form["currency"], form["capture_method"], form["confirm"], form["metadata[suite_payment]"]),
            Is.EqualTo(("1000", "eur", "manual", "true", payment.ToString())));
    }

    [Test]
    public async Task A_card_that_is_declined_is_an_answer_with_the_banks_word() => Assert.That(
        await AuthorizeAsync(Guid.CreateVersion7(), "pm_card_empty"), Is.EqualTo(new ProviderAnswer.Declined("insufficient_funds")));

    [Test]
    public async Task A_card_that_wants_its_holder_says_where_to_send_them()
    {
        var payment = Guid.CreateVersion7();
        var answer = await AuthorizeAsync(payment, "pm_card_authenticationRequired");

        Assert.That(answer, Is.InstanceOf<ProviderAnswer.ActionRequired>());
        Assert.That(((ProviderAnswer.ActionRequired)answer).RedirectUri, Does.StartWith("https://bank.example/pi_"));
        Assert.That(await FindAsync(payment, StepKind.Authorize, payment.ToString(), string.Empty), Is.EqualTo(answer));
    }

    [Test]
    public async Task A_lost_answer_is_found_and_the_same_key_does_nothing_twice()
    {
        var payment = Guid.CreateVersion7();
        _stripe.LostAnswers = 1;
        Assert.That(async () => await AuthorizeAsync(payment, Visa), Throws.Exception);

        var found = await FindAsync(payment, StepKind.Authorize, payment.ToString(), string.Empty);
        Assert.That(found, Is.InstanceOf<ProviderAnswer.Approved>());
        Assert.That(await AuthorizeAsync(payment, Visa), Is.EqualTo(found));
        Assert.That(_stripe.Intents, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task An_intent_that_the_search_does_not_know_yet_is_answered_by_the_same_key()
    {
        var payment = Guid.CreateVersion7();
        _stripe.LostAnswers = 1;
        Assert.That(async () => await AuthorizeAsync(payment, Visa), Throws.Exception);
        _stripe.IsSearchable = false;

        Assert.That(await FindAsync(payment, StepKind.Authorize, payment.ToString(), string.Empty), Is.Null);
        Assert.That(await AuthorizeAsync(payment, Visa), Is.InstanceOf<ProviderAnswer.Approved>());
        Assert.That(_stripe.Intents, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Lost_answers_of_captures_refunds_and_voids_are_found_by_their_keys()
    {
        var (payment, reference) = await HoldAsync();
        Assert.That(await FindAsync(payment, StepKind.Capture, "cap", reference), Is.Null);
        _stripe.LostAnswers = 1;
        Assert.That(async () => await CaptureAsync(payment, reference, "cap", 1000), Throws.Exception);
        Assert.That(
            await FindAsync(payment, StepKind.Capture, "cap", reference), Is.EqualTo(new ProviderAnswer.Approved("ch_" + reference)));
        Assert.That(await FindAsync(payment, StepKind.Capture, "another", reference), Is.Null);

        Assert.That(await FindAsync(payment, StepKind.Refund, "ref", reference), Is.Null);
        _stripe.LostAnswers = 1;
        Assert.That(async () => await RefundAsync(payment, reference, "ref", 400), Throws.Exception);
        Assert.That(await FindAsync(payment, StepKind.Refund, "ref", reference), Is.InstanceOf<ProviderAnswer.Approved>());
        Assert.That(await FindAsync(payment, StepKind.Refund, "another", reference), Is.Null);

        var (other, held) = await HoldAsync();
        Assert.That(await FindAsync(other, StepKind.Void, "void", held), Is.Null);
        _stripe.LostAnswers = 1;
        Assert.That(async () => await VoidAsync(other, held, "void"), Throws.Exception);
        Assert.That(await FindAsync(other, StepKind.Void, "void", held), Is.EqualTo(new ProviderAnswer.Approved(held)));
    }

    [Test]
    public async Task A_key_that_was_used_for_something_else_leaves_the_outcome_unknown()
    {
        var (payment, reference) = await HoldAsync();
        await CaptureAsync(payment, reference, "key", 600);

        Assert.That(async () => await CaptureAsync(payment, reference, "key", 601), Throws.TypeOf<ProviderException>());
    }

    [TestCase(429)]
    [TestCase(500)]
    [TestCase(503)]
    [TestCase(401)]
    public async Task Stripes_own_trouble_leaves_the_outcome_unknown_and_repeats_none_of_its_text(int status)
    {
        var (payment, reference) = await HoldAsync();
        _stripe.Trouble.Enqueue(status);

        Assert.That(
            async () => await CaptureAsync(payment, reference, "cap", 600),
            Throws.TypeOf<ProviderException>().With.Message.Contains($"{status}").And.Message.Not.Contains("sk_test"));
        // Nothing was tried again behind our back.
        Assert.That(_stripe.Requests, Has.Count.EqualTo(2));
        Assert.That(await CaptureAsync(payment, reference, "cap", 600), Is.InstanceOf<ProviderAnswer.Approved>());
    }

    [Test]
    public async Task Nobody_answering_in_time_leaves_the_outcome_unknown()
    {
        using var silent = new SilentServer();
        using var provider = Provider(silent.Address);
        using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));

        Assert.That(
            async () => await provider.VoidAsync(new ProviderVoid("void", Guid.NewGuid(), "pi_1"), limit.Token),
            Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task What_is_voided_is_not_captured_and_what_is_over_is_voided_already()
    {
        var (payment, reference) = await HoldAsync();
        Assert.That(await VoidAsync(payment, reference, "void"), Is.EqualTo(new ProviderAnswer.Approved(reference)));
        Assert.That(await VoidAsync(payment, reference, "again"), Is.EqualTo(new ProviderAnswer.Approved(reference)));
        Assert.That(await CaptureAsync(payment, reference, "cap", 1000), Is.EqualTo(new ProviderAnswer.Declined("canceled")));
        // It was held once.
        Assert.That(await FindAsync(payment, StepKind.Authorize, payment.ToString(), reference), Is.InstanceOf<ProviderAnswer.Approved>());
        Assert.That(
            await ListAsync(),
            Is.EqualTo((ProviderPayment[])[new ProviderPayment(payment, reference, new MoneyAmount(1000, "EUR"), 0, 0, 0, 0)]));
    }

    [Test]
    public async Task A_capture_that_Stripe_has_done_long_ago_under_a_key_it_forgot_is_done()
    {
        var (payment, reference) = await HoldAsync();
        await CaptureAsync(payment, reference, "cap", 1000);
        // As after a day: the key means nothing any more, but the intent remembers.
        _stripe.Intents[reference]["metadata"]!["suite_capture"] = "cap2";

        Assert.That(await CaptureAsync(payment, reference, "cap2", 1000), Is.EqualTo(new ProviderAnswer.Approved("ch_" + reference)));
    }

    [Test]
    public async Task An_amount_that_Stripe_cannot_say_is_refused_without_asking()
    {
        var answer = await _provider.AuthorizeAsync(
            new ProviderAuthorization("k", Guid.NewGuid(), Guid.NewGuid(), new MoneyAmount(1234, "KWD"), Visa), default);

        Assert.That(answer, Is.EqualTo(new ProviderAnswer.Declined("amount_not_representable")));
        Assert.That(_stripe.Requests, Is.Empty);
    }

    private StripeProvider Provider(string? address = null) => new(
        new StripeSettings
        {
            ApiKey = "sk_test_123",
            WebhookSecret = "whsec_test",
            Address = address ?? _stripe.Address,
            ReturnAddress = "https://shop.example/back",
        },
        new PaymentOptions());

    private Task<ProviderAnswer> AuthorizeAsync(Guid payment, string method) => _provider.AuthorizeAsync(
        new ProviderAuthorization(payment.ToString(), payment, Guid.Empty, new MoneyAmount(1000, "EUR"), method), default);

    private async Task<(Guid Payment, string Reference)> HoldAsync()
    {
        var payment = Guid.CreateVersion7();
        return (payment, ((ProviderAnswer.Approved)await AuthorizeAsync(payment, Visa)).Reference);
    }

    private Task<ProviderAnswer> CaptureAsync(Guid payment, string reference, string key, long minor) =>
        _provider.CaptureAsync(new ProviderCapture(key, payment, reference, new MoneyAmount(minor, "EUR"), true), default);

    private Task<ProviderAnswer> RefundAsync(Guid payment, string reference, string key, long minor) =>
        _provider.RefundAsync(new ProviderRefund(key, payment, reference, new MoneyAmount(minor, "EUR")), default);

    private Task<ProviderAnswer> VoidAsync(Guid payment, string reference, string key) =>
        _provider.VoidAsync(new ProviderVoid(key, payment, reference), default);

    private Task<ProviderAnswer?> FindAsync(Guid payment, StepKind kind, string key, string reference) =>
        _provider.FindAsync(new ProviderQuery(key, kind, payment, reference), default);

    private async Task<List<ProviderPayment>> ListAsync()
    {
        var list = new List<ProviderPayment>();
        var now = DateTimeOffset.UtcNow;
        await foreach (var payment in _provider.ListPaymentsAsync(now.AddDays(-1), now.AddDays(1), default))
        {
            list.Add(payment);
        }

        return list;
    }
}
