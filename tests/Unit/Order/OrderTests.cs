using NUnit.Framework;
using Suite.Contracts.Common.V1;
using Suite.Contracts.Orders.V1;
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
            foreach (var state in (State[])[State.Pending, State.Confirmed, State.Rejected, State.Cancelled])
            {
                yield return new TestCaseData(state, "confirm", state == State.Pending ? State.Confirmed : state);
                yield return new TestCaseData(state, "reject", state == State.Pending ? State.Rejected : state);
                yield return new TestCaseData(state, "cancel", state is State.Pending or State.Confirmed ? State.Cancelled : null);
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
        Assert.That(Placed().ToEvent("tok_visa"), Is.InstanceOf<OrderPlaced>().With.Property("PaymentMethod").EqualTo("tok_visa"));
        Assert.That(In(State.Confirmed).ToEvent(), Is.InstanceOf<OrderConfirmed>().With.Property("Payment").EqualTo($"payments/{Payment}"));
        Assert.That(In(State.Rejected).ToEvent(), Is.InstanceOf<OrderRejected>().With.Property("Reason").EqualTo("declined"));
        Assert.That(In(State.Cancelled).ToEvent(), Is.InstanceOf<OrderCancelled>().With.Property("Version").EqualTo(2));
    }

    [Test]
    public void The_payment_method_is_never_returned() =>
        Assert.That(Placed().ToProto().PaymentMethod, Is.Empty);

    [TestCase(State.Pending, false)]
    [TestCase(State.Confirmed, false)]
    [TestCase(State.Rejected, true)]
    [TestCase(State.Cancelled, true)]
    public void Nothing_follows_a_final_state(State state, bool final) => Assert.That(In(state).IsFinal, Is.EqualTo(final));

    [Test]
    public void A_cancelled_order_keeps_the_payment_it_had() =>
        Assert.That(In(State.Confirmed).Cancel("x", Now).PaymentId, Is.EqualTo(Payment));

    private static Aggregate Take(Aggregate order, string step) => step switch
    {
        "confirm" => order.Confirm(Payment, Now),
        "reject" => order.Reject(Payment, "declined", Now),
        _ => order.Cancel("changed my mind", Now),
    };

    private static Aggregate In(State state) => state switch
    {
        State.Confirmed => Placed().Confirm(Payment, Now),
        State.Rejected => Placed().Reject(Payment, "declined", Now),
        State.Cancelled => Placed().Cancel("changed my mind", Now),
        _ => Placed(),
    };

    private static Aggregate Placed(params OrderLine[] lines) =>
        Aggregate.Place(Guid.CreateVersion7(), lines.Length > 0 ? lines : [Line("tea", 1, 250)], Now);

    private static OrderLine Line(string sku, int quantity, long price) => new(sku, quantity, new MoneyAmount(price, "EUR"));
}
