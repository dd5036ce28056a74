using NUnit.Framework;
using Suite.Payments.Domain;
using Suite.Payments.Providers;

namespace Suite.Tests.Unit.Payments.Providers;

public sealed class SimulatorScriptTests
{
    [TestCase("tok_visa", null)]
    [TestCase("tok_slow", null)]
    [TestCase("tok_timeout", null)]
    [TestCase("tok_flaky", null)]
    [TestCase("tok_capture_declined", null)]
    [TestCase("tok_visa+webhook_doubled", null)]
    [TestCase("tok_declined", "card_declined")]
    [TestCase("tok_insufficient_funds", "insufficient_funds")]
    [TestCase("tok_unheard_of", "invalid_payment_method")]
    [TestCase("tok_visa+unheard_of", "invalid_payment_method")]
    [TestCase("tok_visa+", "invalid_payment_method")]
    [TestCase("tok_", "invalid_payment_method")]
    [TestCase("visa", "invalid_payment_method")]
    [TestCase("TOK_VISA", "invalid_payment_method")]
    [TestCase("", "invalid_payment_method")]
    public void A_token_decides_whether_and_why_it_is_declined(string token, string? reason) =>
        Assert.That(SimulatorScript.For(token).DeclineReason, Is.EqualTo(reason));

    [Test]
    public void Only_the_named_tokens_misbehave()
    {
        Assert.That(SimulatorScript.For("tok_timeout").AnswersOnCall, Is.EqualTo(3));
        Assert.That(SimulatorScript.For("tok_flaky").FirstAnswerIsLost, Is.True);
        Assert.That(SimulatorScript.For("tok_slow").IsSlow, Is.True);
        Assert.That(SimulatorScript.For("tok_visa"), Is.EqualTo(new SimulatorScript()));
    }

    [Test]
    public void A_step_has_its_own_script_and_leaves_the_others_alone()
    {
        var plain = new SimulatorStepScript();

        Assert.That(
            SimulatorScript.For("tok_capture_timeout"), Is.EqualTo(new SimulatorScript { Capture = plain with { AnswersOnCall = 3 } }));
        Assert.That(SimulatorScript.For("tok_void_flaky"), Is.EqualTo(new SimulatorScript { Void = plain with { AnswerIsLost = true } }));
        Assert.That(
            SimulatorScript.For("tok_refund_pending"), Is.EqualTo(new SimulatorScript { Refund = plain with { IsPending = true } }));
        Assert.That(SimulatorScript.For("tok_capture_declined").Of(StepKind.Capture).DeclineReason, Is.EqualTo("expired"));
        Assert.That(SimulatorScript.For("tok_dispute_won"), Is.EqualTo(new SimulatorScript { Dispute = DisputeState.Won }));
    }

    [Test]
    public void Words_are_combined() => Assert.That(
        SimulatorScript.For("tok_refund_pending+refund_declined+refund_timeout+webhook_lost"),
        Is.EqualTo(new SimulatorScript
        {
            Refund = new SimulatorStepScript("expired_or_canceled_card", 3, IsPending: true),
            WebhookLost = true,
        }));

    [Test]
    public void An_authorization_is_told_only_where_the_script_is_about_webhooks()
    {
        foreach (var quiet in (string[])["tok_visa", "tok_flaky", "tok_capture_flaky", "tok_dispute", "tok_expires", "tok_declined"])
        {
            Assert.That(SimulatorScript.For(quiet).TellsAuthorization, Is.False, quiet);
        }

        foreach (var told in (string[])["tok_requires_action", "tok_webhook_doubled", "tok_visa+webhook_first", "tok_webhook_reordered"])
        {
            Assert.That(SimulatorScript.For(told).TellsAuthorization, Is.True, told);
        }
    }
}
