using NUnit.Framework;
using Stripe;
using Suite.Payments.Domain;
using Suite.Payments.Providers;
using Suite.Platform.Monetary;

namespace Suite.Tests.Unit.Payments.Providers;

public sealed class StripeWebhooksTests
{
    private const string Payment = "0198c0de-0000-7000-8000-000000000001";
    private const string Metadata = $$"""{"suite_payment":"{{Payment}}","suite_step":"step-1","suite_capture":"capture-1"}""";

    [Test]
    public void A_hold_that_was_made_is_the_answer_to_the_authorization() => Assert.That(
        Step("payment_intent.amount_capturable_updated", Intent("requires_capture")),
        Is.EqualTo((StepKind.Authorize, "step-1", (ProviderAnswer)new ProviderAnswer.Approved("pi_1"))));

    [Test]
    public void A_card_that_failed_is_the_answer_to_the_authorization() => Assert.That(
        Step(
            "payment_intent.payment_failed",
            Intent("requires_payment_method", """, "last_payment_error":{"code":"card_declined","decline_code":"lost_card"}""")),
        Is.EqualTo((StepKind.Authorize, "step-1", (ProviderAnswer)new ProviderAnswer.Declined("lost_card"))));

    [Test]
    public void An_intent_that_succeeded_is_the_answer_to_its_capture() => Assert.That(
        Step("payment_intent.succeeded", Intent("succeeded", """, "latest_charge":"ch_1" """)),
        Is.EqualTo((StepKind.Capture, "capture-1", (ProviderAnswer)new ProviderAnswer.Approved("ch_1"))));

    [TestCase("refund.updated", "succeeded", "", true)]
    [TestCase("refund.created", "succeeded", "", true)]
    [TestCase("refund.failed", "failed", """, "failure_reason":"lost_or_stolen_card" """, false)]
    public void A_refund_that_is_decided_is_the_answer_to_it(string type, string status, string more, bool isDone)
    {
        ProviderAnswer answer = isDone ? new ProviderAnswer.Approved("re_1") : new ProviderAnswer.Declined("lost_or_stolen_card");
        Assert.That(Step(type, Refund(status, more)), Is.EqualTo((StepKind.Refund, "step-1", answer)));
    }

    [TestCase("refund.created", "pending")]
    [TestCase("refund.updated", "requires_action")]
    public void A_refund_that_is_not_decided_is_of_no_concern_yet(string type, string status) =>
        Assert.That(Read(type, Refund(status, string.Empty)), Is.TypeOf<WebhookReading.Ignored>());

    [TestCase("expired")]
    [TestCase("automatic")]
    [TestCase("abandoned")]
    public void A_hold_that_Suite_did_not_end_is_told_as_ended(string reason)
    {
        var intent = Intent("canceled", $$""", "cancellation_reason":"{{reason}}" """);
        var told = ((WebhookReading.Event)Read("payment_intent.canceled", intent)).Told;
        Assert.That(told, Is.TypeOf<ProviderEvent.HoldExpired>());
        Assert.That((told.Provider, told.PaymentId, told.Reference), Is.EqualTo(("stripe", (Guid?)Guid.Parse(Payment), "pi_1")));
    }

    [Test]
    public void A_hold_that_Suite_ended_is_known_by_the_answer() => Assert.That(
        Read("payment_intent.canceled", Intent("canceled", """, "cancellation_reason":"requested_by_customer" """)),
        Is.TypeOf<WebhookReading.Ignored>());

    [TestCase("charge.dispute.created", "needs_response", "Open")]
    [TestCase("charge.dispute.funds_withdrawn", "under_review", "Open")]
    [TestCase("charge.dispute.closed", "won", "Won")]
    [TestCase("charge.dispute.closed", "lost", "Lost")]
    public void A_dispute_is_told_with_its_amount(string type, string status, string state)
    {
        var told = (ProviderEvent.DisputeChanged)((WebhookReading.Event)Read(type, Dispute(status))).Told;
        Assert.That(
            (told.Reference, told.DisputeReference, told.Amount, told.Reason, told.State.ToString()),
            Is.EqualTo(("pi_1", "dp_1", new MoneyAmount(700, "EUR"), "fraudulent", state)));
    }

    [TestCase("charge.dispute.created", "warning_needs_response")]
    [TestCase("charge.dispute.closed", "warning_closed")]
    public void An_inquiry_moves_no_money(string type, string status) =>
        Assert.That(Read(type, Dispute(status)), Is.TypeOf<WebhookReading.Ignored>());

    [Test]
    public void What_is_not_Suites_or_not_about_payments_is_of_no_concern()
    {
        Assert.That(Read("customer.created", """{"id":"cus_1","object":"customer"}"""), Is.TypeOf<WebhookReading.Ignored>());
        Assert.That(
            Read("payment_intent.succeeded", """{"id":"pi_2","object":"payment_intent","status":"succeeded","metadata":{}}"""),
            Is.TypeOf<WebhookReading.Ignored>());
    }

    private static string Intent(string status, string more = "") =>
        $$"""
        {"id":"pi_1","object":"payment_intent","amount":1000,"currency":"eur","status":"{{status}}",
        "metadata":{{Metadata}}{{more}}}
        """;

    private static string Refund(string status, string more) =>
        $$"""
        {"id":"re_1","object":"refund","amount":100,"currency":"eur","payment_intent":"pi_1","status":"{{status}}",
        "metadata":{{Metadata}}{{more}}}
        """;

    private static string Dispute(string status) =>
        $$"""
        {"id":"dp_1","object":"dispute","amount":700,"currency":"eur","payment_intent":"pi_1","reason":"fraudulent",
        "status":"{{status}}"}
        """;

    private static (StepKind, string, ProviderAnswer) Step(string type, string subject)
    {
        var told = (ProviderEvent.StepAnswered)((WebhookReading.Event)Read(type, subject)).Told;
        Assert.That(
            (told.Provider, told.EventId, told.PaymentId, told.Reference),
            Is.EqualTo(("stripe", "evt_1", (Guid?)Guid.Parse(Payment), "pi_1")));
        return (told.Kind, told.Key, told.Answer);
    }

    private static WebhookReading Read(string type, string subject)
    {
        // Whatever version the endpoint was set up with is read.
        var body = $$"""
            {"id":"evt_1","object":"event","api_version":"2019-01-01","created":1760000000,"type":"{{type}}","data":{"object":{{subject}}} }
            """;
        var settings = new StripeSettings { ApiKey = "sk_test_1", WebhookSecret = "whsec_1" };
        return new StripeWebhooks(settings, TimeProvider.System).Read(
            EventUtility.GenerateSignatureHeader(body, "whsec_1", DateTimeOffset.UtcNow.ToUnixTimeSeconds()), body);
    }
}
