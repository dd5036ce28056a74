using Suite.Orders.Timelines;
using EventType = Suite.Contracts.Orders.V1.OrderEvent.Types.Type;

namespace Suite.Tests.Unit.Orders.Timelines;

internal sealed class TimelineOrderTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 29, 12, 0, 0, TimeSpan.Zero);
    private static readonly Guid Fulfilment = Guid.NewGuid();
    private static readonly Guid First = Guid.NewGuid();
    private static readonly Guid Second = Guid.NewGuid();

    /// <summary>A whole life, in the order it has: whose clock says what is another matter.</summary>
    private static readonly TimelineEntry[] Life =
    [
        Of(TimelineChain.Order, 1, EventType.Placed),
        Of(TimelineChain.Payment, 2, EventType.PaymentActionRequired),
        Of(TimelineChain.Order, 2, EventType.ActionRequired),
        Of(TimelineChain.Payment, 3, EventType.PaymentAuthorized),
        Of(TimelineChain.Order, 3, EventType.Confirmed),
        Of(TimelineChain.Order, 3, EventType.FulfillmentStarted, Fulfilment) with { Place = 1 },
        Of(TimelineChain.Payment, 5, EventType.PaymentCaptured, Fulfilment),
        Of(TimelineChain.Order, 4, EventType.Fulfilled, Fulfilment),
        Of(TimelineChain.Order, 4, EventType.RefundStarted, First) with { Place = 1 },
        Of(TimelineChain.Payment, 7, EventType.PaymentStepRefused, First),
        Of(TimelineChain.Order, 4, EventType.RefundFailed, First) with { Place = 2 },
        Of(TimelineChain.Order, 4, EventType.RefundStarted, Second) with { Place = 3 },
        Of(TimelineChain.Payment, 9, EventType.PaymentRefunded, Second),
        Of(TimelineChain.Order, 5, EventType.Refunded, Second),
    ];

    /// <summary>What makes what happen in the other chain, in <see cref="Life"/>; the clocks have no say in it.</summary>
    private static readonly (string Cause, string Effect)[] Causes =
    [
        ("Order Placed", "Payment PaymentActionRequired"),
        ("Payment PaymentActionRequired", "Order ActionRequired"),
        ("Payment PaymentAuthorized", "Order Confirmed"),
        ("Order FulfillmentStarted", "Payment PaymentCaptured"),
        ("Payment PaymentCaptured", "Order Fulfilled"),
        ("Order RefundStarted", "Payment PaymentStepRefused"),
        ("Payment PaymentStepRefused", "Order RefundFailed"),
        ("Order RefundFailed", "Payment PaymentRefunded"),
        ("Payment PaymentRefunded", "Order Refunded"),
    ];

    [Test]
    public void A_life_stays_in_its_order_whatever_order_it_is_told_in()
    {
        var timed = Life.Select((entry, i) => entry with { Time = Noon.AddMilliseconds(i) }).ToArray();
        for (var seed = 0; seed < 200; seed++)
        {
            Assert.That(Words(TimelineOrder.Sort(Shuffled(timed, seed))), Is.EqualTo(Words(Life)), $"seed {seed}");
        }
    }

    [Test]
    public void A_clock_of_Payment_that_is_wrong_by_an_hour_contradicts_no_cause([Values(-60, 60)] int minutes)
    {
        var skewed = Life.Select((entry, i) => entry with
        {
            Time = Noon.AddMilliseconds(i).AddMinutes(entry.Chain == TimelineChain.Payment ? minutes : 0),
        });
        var told = Words(TimelineOrder.Sort(skewed)).ToList();
        Assert.That(told, Is.EquivalentTo(Words(Life)));
        foreach (var chain in Life.GroupBy(entry => entry.Chain))
        {
            Assert.That(told.Where(word => word.StartsWith($"{chain.Key} ", StringComparison.Ordinal)), Is.EqualTo(Words(chain)));
        }

        foreach (var (cause, effect) in Causes)
        {
            Assert.That(told.LastIndexOf(effect), Is.GreaterThan(told.IndexOf(cause)), $"{cause}, and then {effect}");
        }
    }

    [Test]
    public void What_is_told_twice_is_there_once() =>
        Assert.That(TimelineOrder.Sort([.. Life, .. Life]), Has.Count.EqualTo(Life.Length));

    [Test]
    public void Times_of_a_chain_never_run_backwards()
    {
        var sorted = TimelineOrder.Sort(Life.Select((entry, i) => entry with { Time = Noon.AddMilliseconds(-i) }));
        foreach (var chain in sorted.GroupBy(entry => entry.Chain))
        {
            Assert.That(chain.Select(entry => entry.Time), Is.Ordered);
        }
    }

    [TestCase("changed my mind", "Placed, PaymentAuthorized, Confirmed, Cancelled, PaymentVoided")]
    [TestCase("payment_voided", "Placed, PaymentAuthorized, Confirmed, PaymentVoided, Cancelled")]
    [TestCase("authorization_expired", "Placed, PaymentAuthorized, Confirmed, PaymentVoided, Cancelled")]
    public void Who_released_first_is_told_by_the_reason(string reason, string expected)
    {
        // The clocks say nothing.
        var sorted = TimelineOrder.Sort(
        [
            Of(TimelineChain.Order, 1, EventType.Placed),
            Of(TimelineChain.Order, 2, EventType.Confirmed),
            Of(TimelineChain.Order, 3, EventType.Cancelled) with { Reason = reason },
            Of(TimelineChain.Payment, 2, EventType.PaymentAuthorized),
            Of(TimelineChain.Payment, 3, EventType.PaymentVoided),
        ]);
        Assert.That(string.Join(", ", sorted.Select(entry => entry.Type)), Is.EqualTo(expected));
    }

    [Test]
    public void A_customer_is_deleted_before_the_order_is_cancelled_for_it()
    {
        var sorted = TimelineOrder.Sort(
        [
            Of(TimelineChain.Order, 1, EventType.Placed),
            Of(TimelineChain.Order, 2, EventType.Cancelled) with { Reason = "customer_deleted" },
            Of(TimelineChain.Customer, 4, EventType.CustomerDeleted) with { Time = Noon.AddHours(1) },
        ]);
        Assert.That(Words(sorted), Is.EqualTo(new[] { "Order Placed", "Customer CustomerDeleted", "Order Cancelled" }));
    }

    [Test]
    public void A_record_that_contradicts_itself_is_told_whole()
    {
        // Fulfilled before it was begun, and captured in between: a circle.
        TimelineEntry[] circle =
        [
            Of(TimelineChain.Order, 1, EventType.Fulfilled, Fulfilment),
            Of(TimelineChain.Payment, 1, EventType.PaymentCaptured, Fulfilment),
            Of(TimelineChain.Order, 2, EventType.FulfillmentStarted, Fulfilment),
        ];
        Assert.That(TimelineOrder.Sort(circle), Has.Count.EqualTo(3));
    }

    private static TimelineEntry Of(TimelineChain chain, long version, EventType type, Guid? step = null) => new(chain, version, type, Noon) { Step = step };

    private static string[] Words(IEnumerable<TimelineEntry> entries) => [.. entries.Select(entry => $"{entry.Chain} {entry.Type}")];

    private static TimelineEntry[] Shuffled(TimelineEntry[] entries, int seed)
    {
        var copy = entries.ToArray();
        new Random(seed).Shuffle(copy);
        return copy;
    }
}
