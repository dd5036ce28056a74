using NUnit.Framework;
using Suite.Payments.Providers;

namespace Suite.Tests.Unit.Payments;

public sealed class SimulatorScriptTests
{
    [TestCase("tok_visa", null)]
    [TestCase("tok_slow", null)]
    [TestCase("tok_timeout", null)]
    [TestCase("tok_flaky", null)]
    [TestCase("tok_declined", "card_declined")]
    [TestCase("tok_insufficient_funds", "insufficient_funds")]
    [TestCase("tok_unheard_of", "invalid_payment_method")]
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
}
