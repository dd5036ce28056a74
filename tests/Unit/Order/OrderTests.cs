using NUnit.Framework;
using Suite.Contracts.Common.V1;
using Suite.Contracts.Orders.V1;
using Suite.Orders.Domain;
using Suite.Platform.Errors;
using Suite.Platform.Monetary;
using Aggregate = Suite.Orders.Domain.Order;
using OrderLine = Suite.Orders.Domain.OrderLine;
using State = Suite.Contracts.Orders.V1.Order.Types.State;

namespace Suite.Tests.Unit.Orders;

internal sealed class OrderTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);
    private static readonly Guid Payment = Guid.CreateVersion7();

    private static IEnumerable<TestCaseData> Steps
    {
        get
        {
            foreach (var state in Enum.GetValues<State>().Where(state => state != State.Unspecified))
            {
                yield return new TestCaseData(state, "confirm", state == State.Pending ? State.Confirmed : state);
                yield return new TestCaseData(state, "reject", state == State.Pending ? State.Rejected : state);
                yield return new TestCaseData(state, "cancel", state is State.Pending or State.Confirmed ? State.Cancelled : null);
                yield return new TestCaseData(state, "cancel by itself", state is State.Pending or State.Confirmed ? State.Cancelled : state);
                yield return new TestCaseData(state, "fulfil", state == State.Confirmed ? State.Fulfilled : null);
                yield return new TestCaseData(
                    state, "refund", state is State.Fulfilled or State.PartiallyRefunded ? State.Refunded : state == State.Refunded ? state : null);
            }
        }
    }

    [TestCaseSource(nameof(Steps))]
    public void A_step_leads_where_the_life_of_an_order_says_or_nowhere(State from, string step, State? to)
    {
        var before = In(from);
        if (to is null)
        {
            var error = Assert.Throws<DomainException>(() => Take(before, step));
            Assert.That(error!.Reason, Is.EqualTo(ErrorReason.OrderStateConflict));
            Assert.That(error.Preconditions.Single().Subject, Is.EqualTo(before.Name));
            return;
        }

        var after = Take(before, step);
        Assert.That(after.State, Is.EqualTo(to));
        Assert.That(after.Version, Is.EqualTo(from == to ? before.Version : before.Version + 1), "a step that changes something is one version");
        Assert.That(from != to || after == before, "a step that changes nothing changes nothing");
    }

    [Test]
    public void Nothing_else_becomes_of_an_order_that_is_being_fulfilled()
    {
        var order = In(State.Confirmed);
        var fulfilling = order.BeginFulfilment(Fulfilment(order), Now);

        Assert.That((fulfilling.State, fulfilling.Version), Is.EqualTo((State.Confirmed, order.Version)), "a step that has only begun is no version");
        Action[] attempts =
        [
            () => fulfilling.Cancel("changed my mind", Now),
            () => fulfilling.BeginFulfilment(Fulfilment(order), Now),
            () => fulfilling.CheckRefundable(),
        ];
        foreach (var attempt in attempts)
        {
            Assert.That(Assert.Throws<DomainException>(attempt)!.Reason, Is.EqualTo(ErrorReason.StepInProgress));
        }

        Assert.That(fulfilling.CancelFor("customer_deleted", Now), Is.SameAs(fulfilling));
    }

    [Test]
    public void An_order_that_waits_for_the_holder_of_the_card_says_so_once_and_goes_on()
    {
        var waiting = Placed().RequireAction(Payment, Now);

        Assert.That((waiting.State, waiting.StateReason, waiting.Version, waiting.PaymentId), Is.EqualTo((State.Pending, "requires_action", 2L, Payment)));
        Assert.That(waiting.RequireAction(Payment, Now), Is.SameAs(waiting));
        var confirmed = waiting.Confirm(Payment, Now);
        Assert.That((confirmed.State, confirmed.StateReason, confirmed.Version), Is.EqualTo((State.Confirmed, string.Empty, 3L)));
        Assert.That(waiting.Reject(Payment, "action_expired", Now).State, Is.EqualTo(State.Rejected));
    }

    [Test]
    public void What_cannot_be_cannot_be_written()
    {
        var order = In(State.PartiallyRefunded);
        Aggregate[] impossible =
        [
            order with { RefundedMinor = order.Total.MinorUnits + 1 },
            order with { RefundedMinor = 0 },
            order with { State = State.Refunded },
            order with { PaymentId = null },
            order with { FulfilmentId = Guid.NewGuid() },
            order with { Lines = [order.Lines[0] with { TotalMinor = 1 }] },
            order with { Lines = [order.Lines[0] with { RefundedQuantity = 2 }] },
        ];
        Assert.That(() => OrderGuards.Check(order), Throws.Nothing);
        foreach (var wrong in impossible)
        {
            Assert.That(() => OrderGuards.Check(wrong), Throws.InvalidOperationException);
        }
    }

    [Test]
    public void Times_never_run_backwards()
    {
        var order = Placed().Confirm(Payment, Now.AddMinutes(-5));

        Assert.That(order.UpdateTime, Is.EqualTo(Now));
        Assert.That(order.Cancel("x", Now.AddMinutes(5)).UpdateTime, Is.EqualTo(Now.AddMinutes(5)));
    }

    [Test]
    public void An_order_adds_up()
    {
        var order = Placed(Line("tea", 3, 250), Line("pot", 1, 1999));

        Assert.That(order.Total, Is.EqualTo(new MoneyAmount(2749, "EUR")));
        Assert.That(order.State, Is.EqualTo(State.Pending));
        Assert.That(order.Version, Is.EqualTo(1));
        Assert.That(order.Id.Version, Is.EqualTo(7));
        Assert.That(order.ToProto().Lines.Select(l => l.Amount.Units), Is.EqualTo(new[] { 7, 19 }));
    }

    [Test]
    public void Two_currencies_in_one_order_are_refused()
    {
        var error = Assert.Throws<DomainException>(() => Placed(Line("tea", 1, 250), new OrderLine("pot", 1, new MoneyAmount(1, "USD"))));

        Assert.That(error!.Reason, Is.EqualTo(ErrorReason.CurrencyMismatch));
        Assert.That(error.Fields.Single().Field, Is.EqualTo("order.lines[1].product"));
    }

    [Test]
    public void A_total_past_64_bits_is_refused_and_the_largest_one_is_not()
    {
        Assert.That(Placed(Line("a", 1, long.MaxValue - 1), Line("b", 1, 1)).Total.MinorUnits, Is.EqualTo(long.MaxValue));
        OrderLine[][] tooMuch =
        [
            [Line("a", 2, long.MaxValue)],
            [Line("a", 1_000_000, long.MaxValue)],
            [Line("a", 1, long.MaxValue), Line("b", 1, 1)],
            [.. Enumerable.Repeat(Line("a", 1_000_000, long.MaxValue), 500)],
        ];
        foreach (var lines in tooMuch)
        {
            Assert.That(Assert.Throws<DomainException>(() => Placed(lines))!.Reason, Is.EqualTo(ErrorReason.AmountOutOfRange));
        }
    }

    [Test]
    public void Every_state_is_told_by_its_event()
    {
        Assert.That(Placed().ToPlaced("tok_visa", "users/1"), Is.InstanceOf<OrderPlaced>().With.Property("PaymentMethod").EqualTo("tok_visa"));
        Assert.That(Event(State.Confirmed), Is.InstanceOf<OrderConfirmed>().With.Property("Payment").EqualTo($"payments/{Payment}"));
        Assert.That(Event(State.Rejected), Is.InstanceOf<OrderRejected>().With.Property("Reason").EqualTo("declined"));
        Assert.That(Event(State.Cancelled), Is.InstanceOf<OrderCancelled>().With.Property("Version").EqualTo(2));
        Assert.That(Event(State.Fulfilled), Is.InstanceOf<OrderFulfilled>().With.Property("Amount").EqualTo(new MoneyAmount(250, "EUR").ToProto()));
        Assert.That(Event(State.PartiallyRefunded), Is.InstanceOf<OrderRefunded>().With.Property("Final").False);
        Assert.That(Event(State.Refunded), Is.InstanceOf<OrderRefunded>().With.Property("Final").True);
        Assert.That(
            Placed().RequireAction(Payment, Now).Changes.Single().Event,
            Is.InstanceOf<OrderActionRequired>().With.Property("Payment").EqualTo($"payments/{Payment}"));
    }

    [Test]
    public void The_payment_method_is_never_returned() =>
        Assert.That(Placed().ToProto().PaymentMethod, Is.Empty);

    [TestCase(State.Pending, false)]
    [TestCase(State.Confirmed, false)]
    [TestCase(State.Fulfilled, false)]
    [TestCase(State.PartiallyRefunded, false)]
    [TestCase(State.Rejected, true)]
    [TestCase(State.Cancelled, true)]
    [TestCase(State.Refunded, true)]
    public void Nothing_follows_a_final_state(State state, bool final) => Assert.That(In(state).IsFinal, Is.EqualTo(final));

    [Test]
    public void A_cancelled_order_keeps_the_payment_it_had() =>
        Assert.That(In(State.Confirmed).Cancel("x", Now).PaymentId, Is.EqualTo(Payment));

    private static Aggregate Take(Aggregate order, string step) => step switch
    {
        "confirm" => order.Confirm(Payment, Now),
        "reject" => order.Reject(Payment, "declined", Now),
        "cancel by itself" => order.CancelFor("customer_deleted", Now),
        "fulfil" => Fulfilled(order),
        "refund" => Refunded(order, order.Total.MinorUnits - order.RefundedMinor),
        _ => order.Cancel("changed my mind", Now),
    };

    private static Aggregate In(State state) => Reach(state) with { Changes = [] };

    private static Aggregate Reach(State state) => state switch
    {
        State.Confirmed => Placed().Confirm(Payment, Now),
        State.Rejected => Placed().Reject(Payment, "declined", Now),
        State.Cancelled => Placed().Cancel("changed my mind", Now),
        State.Fulfilled => Fulfilled(In(State.Confirmed)),
        State.PartiallyRefunded => Refunded(In(State.Fulfilled), 100),
        State.Refunded => Refunded(In(State.PartiallyRefunded), 150),
        _ => Placed(),
    };

    private static object Event(State state) => Reach(state).Changes[^1].Event!;

    private static OrderStep Fulfilment(Aggregate order) => new()
    {
        Id = Guid.NewGuid(),
        OrderId = order.Id,
        Kind = StepKind.Fulfil,
        AmountMinor = order.Total.MinorUnits,
        Actor = "apiKeys/1",
    };

    private static Aggregate Fulfilled(Aggregate order)
    {
        var step = Fulfilment(order);
        return order.BeginFulfilment(step, Now).Complete(step, [], Now).Order;
    }

    // With what the record would hold it to: a refund of what was never taken is no refund.
    private static Aggregate Refunded(Aggregate order, long amount)
    {
        if (order.State == State.Refunded)
        {
            return order.Complete(Fulfilment(order) with { Kind = StepKind.Refund, AmountMinor = 1 }, [], Now).Order;
        }

        order.CheckRefundable();
        return order.Complete(Fulfilment(order) with { Kind = StepKind.Refund, AmountMinor = amount, Lines = [new StepLine(1, 0, amount)] }, [], Now).Order;
    }

    private static Aggregate Placed(params OrderLine[] lines) =>
        Aggregate.Place(Guid.CreateVersion7(), lines.Length > 0 ? lines : [Line("tea", 1, 250)], [], Now);

    private static OrderLine Line(string sku, int quantity, long price) => new(sku, quantity, new MoneyAmount(price, "EUR"));
}
