using System.Text;
using NUnit.Framework;
using Suite.Payments.Domain;
using Suite.Payments.Providers;
using Suite.Platform.Monetary;

namespace Suite.Tests.Unit.Payments.Providers;

public sealed class SimulatorWebhookTests
{
    private static readonly Guid s_payment = Guid.Parse("0198c0de-0000-7000-8000-000000000001");
    private static readonly DateTimeOffset s_now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly TimeSpan s_later = TimeSpan.FromSeconds(2);

    [Test]
    public void What_is_written_of_a_step_is_what_is_read()
    {
        foreach (var kind in Enum.GetValues<StepKind>())
        {
            var done = Read(Step("tok_visa", kind, "ref_1", null));
            Assert.That(
                done,
                Is.EqualTo(new ProviderEvent.StepAnswered(
                    "simulator", "evt_key-1", s_payment, "sim_auth-1", s_now, "key-1", kind, new ProviderAnswer.Approved("ref_1"))));
            var refused = (ProviderEvent.StepAnswered)Read(Step("tok_visa", kind, null, "expired"));
            Assert.That(refused.Answer, Is.EqualTo(new ProviderAnswer.Declined("expired")));
        }
    }

    [Test]
    public void What_is_written_of_a_dispute_and_of_a_hold_that_ended_is_what_is_read()
    {
        var script = SimulatorScript.For("tok_visa");
        foreach (var state in Enum.GetValues<DisputeState>())
        {
            var told = (ProviderEvent.DisputeChanged)Read(
                SimulatorWebhook.OfDispute(script, "auth-1", s_payment, "dsp_1", new MoneyAmount(700, "JPY"), state, s_now));
            Assert.That((told.State, told.DisputeReference, told.Amount), Is.EqualTo((state, "dsp_1", new MoneyAmount(700, "JPY"))));
        }

        Assert.That(Read(SimulatorWebhook.OfExpiry(script, "auth-1", s_payment, s_now)), Is.TypeOf<ProviderEvent.HoldExpired>());
    }

    [Test]
    public void A_script_decides_how_often_a_webhook_is_delivered()
    {
        Assert.That(Step("tok_visa", StepKind.Capture, "r", null).Copies, Is.EqualTo(1));
        Assert.That(Step("tok_webhook_doubled", StepKind.Capture, "r", null).Copies, Is.EqualTo(2));
        Assert.That(Step("tok_webhook_lost", StepKind.Capture, "r", null).Copies, Is.Zero);
        Assert.That(Step("tok_webhook_lost+webhook_doubled", StepKind.Capture, "r", null).Copies, Is.Zero);
    }

    [Test]
    public void Reordered_webhooks_are_due_the_later_the_earlier_their_step()
    {
        DateTimeOffset Due(StepKind kind) => Step("tok_webhook_reordered", kind, "r", null).DueTime;

        Assert.That(Due(StepKind.Authorize), Is.GreaterThan(Due(StepKind.Capture)));
        Assert.That(Due(StepKind.Capture), Is.GreaterThan(Due(StepKind.Refund)));
        Assert.That(Due(StepKind.Refund), Is.EqualTo(s_now));
    }

    private static SimulatorWebhook Step(string token, StepKind kind, string? step, string? reason) =>
        SimulatorWebhook.OfStep(SimulatorScript.For(token), kind, "key-1", "auth-1", s_payment, step, reason, s_now, s_later);

    private static ProviderEvent Read(SimulatorWebhook webhook) =>
        ((WebhookReading.Event)SimulatorWebhooks.Read(webhook.Id, Encoding.UTF8.GetBytes(webhook.Body))).Told;
}
