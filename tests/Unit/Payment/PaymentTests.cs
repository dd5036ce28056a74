using NUnit.Framework;
using Suite.Contracts.Payments.V1;
using Suite.Payments.Domain;
using Suite.Platform.Errors;
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
        var payment = Intend().Authorize("ref-1", Noon.AddDays(7), Noon.AddSeconds(1));

        var told = (PaymentAuthorized)payment.ToEvent();
        Assert.That(payment.State, Is.EqualTo(State.Authorized));
        Assert.That(payment.Version, Is.EqualTo(2));
        Assert.That(told.Payment, Is.EqualTo(payment.Name));
        Assert.That(told.Order, Is.EqualTo($"orders/{payment.OrderId}"));
        Assert.That(told.Amount, Is.EqualTo(payment.Amount.ToProto()));
        Assert.That(told.ProviderReference, Is.EqualTo("ref-1"));
        Assert.That(payment.AuthorizationExpireTime, Is.EqualTo(Noon.AddDays(7)));
        Assert.That(told.AuthorizeTime.ToDateTimeOffset(), Is.EqualTo(Noon.AddSeconds(1)));
    }

    [Test]
    public void A_decline_is_final_and_says_why()
    {
        var payment = Asked().Decline("insufficient_funds", Noon);

        Assert.That(((PaymentDeclined)payment.ToEvent()).Reason, Is.EqualTo("insufficient_funds"));
        Assert.That(() => payment.Authorize("ref", null, Noon), Throws.InvalidOperationException);
        Assert.That(() => payment.Complete(new StepPlan(StepKind.Void, 1250, true), Noon), Throws.InvalidOperationException);
        Assert.That(payment.RequestVoid(string.Empty, Noon), Is.EqualTo(payment));
    }

    [Test]
    public void What_was_never_authorized_can_be_neither_captured_nor_voided_nor_refunded()
    {
        foreach (var kind in (StepKind[])[StepKind.Capture, StepKind.Void, StepKind.Refund])
        {
            Assert.That(() => Intend().Complete(new StepPlan(kind, 1, true), Noon), Throws.InvalidOperationException);
            Assert.That(() => Intend().Refuse(new StepPlan(kind, 1, true), Noon), Throws.InvalidOperationException);
        }
    }

    [Test]
    public void A_cancel_closes_an_intent_nobody_was_asked_about()
    {
        var payment = Intend().RequestVoid(string.Empty, Noon);

        Assert.That(payment.State, Is.EqualTo(State.Voided));
        Assert.That(payment.ToEvent(), Is.InstanceOf<PaymentVoided>());
    }

    [Test]
    public void A_cancel_while_the_provider_is_asked_waits_for_the_answer()
    {
        var payment = Asked().RequestVoid(string.Empty, Noon);

        Assert.That(payment.State, Is.EqualTo(State.Pending));
        Assert.That(payment.VoidRequested, Is.True);
        var authorized = payment.Authorize("ref", null, Noon);
        Assert.That(authorized.VoidIsDue, Is.True);
        Assert.That(authorized.Complete(authorized.PlanVoid(), Noon).State, Is.EqualTo(State.Voided));
    }

    [Test]
    public void A_cancel_of_a_payment_of_nothing_is_over_at_once_whatever_was_asked()
    {
        var free = Payment.Intend(Guid.NewGuid(), null, new MoneyAmount(0, "EUR"), "simulator", Noon);

        Assert.That((free with { Attempts = 1 }).RequestVoid(string.Empty, Noon).State, Is.EqualTo(State.Voided));
        Assert.That(free.Authorize(string.Empty, null, Noon).RequestVoid(string.Empty, Noon).State, Is.EqualTo(State.Voided));
    }

    [Test]
    public void Times_never_run_backwards() =>
        Assert.That(Intend().Authorize("ref", null, Noon.AddHours(-1)).UpdateTime, Is.EqualTo(Noon));

    [Test]
    public void An_action_comes_before_the_authorization_and_never_after_it()
    {
        var waiting = Asked().RequireAction("ref", "https://bank.example/1", Noon.AddMinutes(15), Noon);

        var told = (PaymentActionRequired)waiting.ToEvent();
        Assert.That(told.ExpireTime.ToDateTimeOffset(), Is.EqualTo(Noon.AddMinutes(15)));
        Assert.That(waiting.ToProto().NextAction.RedirectUri, Is.EqualTo("https://bank.example/1"));
        var authorized = waiting.Authorize("ref", null, Noon);
        Assert.That(authorized.ToProto().NextAction, Is.Null);
        Assert.That(() => authorized.RequireAction("ref", "x", Noon, Noon), Throws.InvalidOperationException);
        Assert.That(() => waiting.RequireAction("ref", "x", Noon, Noon), Throws.InvalidOperationException);
    }

    [Test]
    public void An_action_nobody_took_ends_declined_and_one_of_a_cancelled_order_voided()
    {
        var waiting = Asked().RequireAction("ref", "https://bank.example/1", Noon.AddMinutes(15), Noon);

        var overdue = waiting.RequestVoid(Payment.ActionExpired, Noon).GiveUp(Noon);
        var cancelled = waiting.RequestVoid(string.Empty, Noon).GiveUp(Noon);

        Assert.That((overdue.State, overdue.DeclineReason), Is.EqualTo((State.Declined, "action_expired")));
        Assert.That((cancelled.State, cancelled.ReleasedMinor), Is.EqualTo((State.Voided, 0)));
        Assert.That(() => Asked().GiveUp(Noon), Throws.InvalidOperationException);
    }

    [Test]
    public void States_follow_from_the_sums()
    {
        var payment = Asked().Authorize("ref", null, Noon);

        var half = Do(payment, p => p.BeginCapture(600, moreToFollow: true, Noon));
        Assert.That((half.State, half.HeldMinor), Is.EqualTo((State.Authorized, 650)));
        var captured = Do(half, p => p.BeginCapture(400, moreToFollow: false, Noon));
        Assert.That((captured.State, captured.CapturedMinor, captured.ReleasedMinor, captured.HeldMinor), Is.EqualTo((State.Captured, 1000, 250, 0)));
        var partly = Do(captured, p => p.BeginRefund(1, Noon));
        Assert.That(partly.State, Is.EqualTo(State.PartiallyRefunded));
        var refunded = Do(partly, p => p.BeginRefund(null, Noon));
        Assert.That((refunded.State, refunded.RefundedMinor), Is.EqualTo((State.Refunded, 1000)));
        Assert.That(Do(half, p => p.BeginVoid("why", Noon)), Has.Property("State").EqualTo(State.Captured).And.Property("ReleasedMinor").EqualTo(650));
    }

    // Whatever is begun, done and refused in whatever order: each unit of a hold is captured, released or still there, once, and no
    // more is given back than was taken; what the rules refuse changes nothing.
    [TestCase(1250, "EUR")]
    [TestCase(7, "JPY")]
    [TestCase(long.MaxValue, "KWD")]
    public void Sums_hold_over_any_walk_of_steps(long minorUnits, string currency)
    {
        for (var seed = 0; seed < 400; seed++)
        {
            var random = new Random(seed);
            var payment = Payment.Intend(Guid.NewGuid(), null, new MoneyAmount(minorUnits, currency), "simulator", Noon).Authorize("ref", null, Noon);
            var open = new List<StepPlan>();
            for (var i = 0; i < 30; i++)
            {
                var (before, amount) = (payment, random.Next(4) == 0 ? (long?)null : 1 + random.NextInt64(minorUnits / (1 + random.Next(4))));
                if (open.Count > 0 && random.Next(2) == 0)
                {
                    var step = open[random.Next(open.Count)];
                    open.Remove(step);
                    payment = random.Next(3) == 0 ? payment.Refuse(step, Noon) : payment.Complete(step, Noon);
                    Assert.That(payment.CapturedMinor, Is.GreaterThanOrEqualTo(before.CapturedMinor), $"seed {seed}");
                }
                else
                {
                    try
                    {
                        var (after, step) = random.Next(6) switch
                        {
                            0 => payment.BeginVoid("why", Noon),
                            < 4 => payment.BeginCapture(amount, random.Next(2) == 0, Noon),
                            _ => payment.BeginRefund(amount, Noon),
                        };
                        payment = after;
                        open.Add(step!.Value);
                    }
                    catch (DomainException)
                    {
                        // Refused: nothing changed.
                    }
                }

                var p = payment;
                Assert.That(open.Count(s => s.Kind != StepKind.Refund), Is.LessThanOrEqualTo(1), $"seed {seed}");
                Assert.That(
                    (Int128)p.CapturedMinor + p.ReleasedMinor + p.HeldMinor, Is.EqualTo((Int128)minorUnits), $"seed {seed}: {p}");
                Assert.That((Int128)p.CapturedMinor + p.CapturingMinor + p.ReleasedMinor, Is.LessThanOrEqualTo((Int128)minorUnits), $"seed {seed}");
                Assert.That((Int128)p.RefundedMinor + p.RefundingMinor, Is.LessThanOrEqualTo((Int128)p.CapturedMinor), $"seed {seed}");
                Assert.That(open.Where(s => s.Kind == StepKind.Refund).Sum(s => s.AmountMinor), Is.EqualTo(p.RefundingMinor), $"seed {seed}");
            }
        }
    }

    private static Payment Do(Payment payment, Func<Payment, (Payment After, StepPlan? Step)> begin)
    {
        var (after, step) = begin(payment);
        return after.Complete(step!.Value, Noon);
    }

    private static Payment Asked() => Intend() with { Attempts = 1 };

    private static Payment Intend() => Payment.Intend(Guid.NewGuid(), null, new MoneyAmount(1250, "EUR"), "simulator", Noon);
}
