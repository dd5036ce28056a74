using NUnit.Framework;
using Suite.Contracts.Payments.V1;
using Suite.Payments.Domain;
using Suite.Platform.Monetary;
using Payment = Suite.Payments.Domain.Payment;
using State = Suite.Contracts.Payments.V1.Payment.Types.State;

namespace Suite.Tests.Unit.Payments;

public sealed class PaymentTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

    [Test]
    public void An_authorization_names_amount_and_reference_in_its_event()
    {
        var payment = Intend().Authorize("ref-1", Noon.AddSeconds(1));

        var told = (PaymentAuthorized)payment.ToEvent();
        Assert.That(payment.State, Is.EqualTo(State.Authorized));
        Assert.That(payment.Version, Is.EqualTo(2));
        Assert.That(told.Payment, Is.EqualTo(payment.Name));
        Assert.That(told.Order, Is.EqualTo($"orders/{payment.OrderId}"));
        Assert.That(told.Amount, Is.EqualTo(payment.Amount.ToProto()));
        Assert.That(told.ProviderReference, Is.EqualTo("ref-1"));
        Assert.That(told.AuthorizeTime.ToDateTimeOffset(), Is.EqualTo(Noon.AddSeconds(1)));
    }

    [Test]
    public void A_decline_is_final_and_says_why()
    {
        var payment = Intend().Decline("insufficient_funds", Noon);

        Assert.That(((PaymentDeclined)payment.ToEvent()).Reason, Is.EqualTo("insufficient_funds"));
        Assert.That(() => payment.Authorize("ref", Noon), Throws.InvalidOperationException);
        Assert.That(() => payment.Void(Noon), Throws.InvalidOperationException);
        Assert.That(payment.RequestVoid(asked: true, Noon), Is.EqualTo(payment));
    }

    [Test]
    public void What_was_never_authorized_can_not_be_voided() =>
        Assert.That(() => Intend().Void(Noon), Throws.InvalidOperationException);

    [Test]
    public void A_cancel_closes_an_intent_nobody_was_asked_about()
    {
        var payment = Intend().RequestVoid(asked: false, Noon);

        Assert.That(payment.State, Is.EqualTo(State.Voided));
        Assert.That(payment.ToEvent(), Is.InstanceOf<PaymentVoided>());
    }

    [Test]
    public void A_cancel_while_the_provider_is_asked_waits_for_the_answer()
    {
        var payment = Intend().RequestVoid(asked: true, Noon);

        Assert.That(payment.State, Is.EqualTo(State.Pending));
        Assert.That(payment.VoidRequested, Is.True);
        Assert.That(payment.Authorize("ref", Noon).Void(Noon).State, Is.EqualTo(State.Voided));
    }

    [Test]
    public void Times_never_run_backwards() =>
        Assert.That(Intend().Authorize("ref", Noon.AddHours(-1)).UpdateTime, Is.EqualTo(Noon));

    private static Payment Intend() => Payment.Intend(Guid.NewGuid(), null, new MoneyAmount(1250, "EUR"), Noon);
}
