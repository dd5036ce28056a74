using Suite.Faults.Checking;
using Suite.Faults.History;
using static Suite.Tests.Faults.Samples.SampleLives;
using EventType = Suite.Contracts.Orders.V1.OrderEvent.Types.Type;

namespace Suite.Tests.Faults.Bugs;

/// <summary>What was asked for and what became of it do not agree.</summary>
internal static class RequestBugs
{
    public static IEnumerable<Bug> All =>
    [
        new(nameof(AcknowledgedExistsOnce), "an acknowledged order is gone", plant =>
            plant.ChangeState(state => state with { Orders = [.. state.Orders.Where(order => order.Name != plant.Order(Confirmed).Name)] })),
        new(nameof(AcknowledgedExistsOnce), "an acknowledged order is there under another name", plant =>
            plant.ChangeOrder(Confirmed, order => order with { Name = "orders/of-somebody" })),
        new(nameof(AcknowledgedExistsOnce), "an acknowledged order is there twice", plant =>
            plant.ChangeState(state => state with { Orders = [.. state.Orders, plant.Order(Confirmed)] })),
        new(nameof(AcknowledgedExistsOnce), "an acknowledged user is gone", plant => plant.ChangeState(state => state with { Users = [] })),
        new(nameof(AcknowledgedExistsOnce), "an acknowledged product is gone", plant => plant.ChangeState(state => state with { Products = [] })),
        new(nameof(AcknowledgedExistsOnce), "an acknowledged cancellation did not happen", plant => Forget(plant, Cancelled, EventType.Cancelled)),
        new(nameof(AcknowledgedExistsOnce), "an acknowledged fulfilment did not happen", plant => Forget(plant, Yen, EventType.Fulfilled)),
        new(nameof(AcknowledgedExistsOnce), "one of two acknowledged refunds of the same amount did not happen", plant => Forget(plant, Yen, EventType.Refunded)),
        new(nameof(AcknowledgedExistsOnce), "an acknowledged refund is of another amount", plant =>
            plant.ChangeEvent(Yen, EventType.Refunded, e => e with { AmountMinor = 1501 })),

        new(nameof(FailedLeftNothing), "a refused order is there", plant =>
        {
            var refused = plant.Entries.OfType<ClientCall>().Single(call => call is { Operation: Operation.CreateOrder, Outcome: Outcome.Failed });
            plant.ChangeState(state => state with { Orders = [.. state.Orders, plant.Order(Confirmed) with { Name = "orders/of-somebody", Mark = refused.Mark }] });
        }),
        new(nameof(FailedLeftNothing), "an order is there that nobody asked for", plant =>
            plant.ChangeState(state => state with { Orders = [.. state.Orders, plant.Order(Confirmed) with { Name = "orders/of-somebody", Mark = "nobody's" }] })),
        new(nameof(FailedLeftNothing), "a refused fulfilment happened", plant => Again(plant, Refused, EventType.FulfillmentStarted, EventType.Fulfilled)),
        new(nameof(FailedLeftNothing), "a refused cancellation happened beside the other", plant => Again(plant, CancelledEarly, EventType.Cancelled, EventType.Cancelled)),
        new(nameof(FailedLeftNothing), "an order is cancelled by a client that never asked", plant =>
            plant.ChangeEvent(Expired, EventType.Cancelled, e => e with { Actor = "apiKeys/k1" })),

        new(nameof(UnknownIsZeroOrOne), "an order without an answer was placed twice", plant =>
            plant.ChangeState(state => state with { Orders = [.. state.Orders, plant.Order(Unknown) with { Name = "orders/of-somebody" }] })),
        new(nameof(UnknownIsZeroOrOne), "a refund without an answer was made twice", plant => Again(plant, Unknown, EventType.Refunded, EventType.Refunded)),
        new(nameof(UnknownIsZeroOrOne), "a fulfilment without an answer happened twice", plant => Again(plant, Unknown, EventType.Fulfilled, EventType.Fulfilled)),

        new(nameof(OneRequestOneEffect), "an order that was asked for twice with one id is there twice", plant =>
            plant.ChangeState(state => state with { Orders = [.. state.Orders, plant.Order(Refunded) with { Name = "orders/of-somebody" }] })),
        new(nameof(OneRequestOneEffect), "a refund that was acknowledged happened twice", plant => Again(plant, Yen, EventType.Refunded, EventType.Refunded)),
        new(nameof(OneRequestOneEffect), "the second answer is another order", plant =>
            plant.Change(plant.Calls(Refunded).Last(call => call.Operation == Operation.CreateOrder), call => call with
            {
                Name = plant.Order(Confirmed).Name,
                Orders = [plant.Order(Confirmed) with { Version = 1 }],
            })),
        new(nameof(OneRequestOneEffect), "the second answer is the same order at a later version", plant =>
            plant.Change(plant.Calls(Refunded).Last(call => call.Operation == Operation.CreateOrder), call => call with { Orders = [plant.Order(Refunded)] })),
        new(nameof(OneRequestOneEffect), "the same refund was acknowledged and then refused", plant =>
        {
            var done = plant.Calls(Yen).First(call => call.Operation == Operation.RefundOrder);
            plant.AddCall(_ => done with
            {
                Start = TimeSpan.FromHours(1),
                At = TimeSpan.FromHours(2),
                Outcome = Outcome.Failed,
                Status = "FailedPrecondition",
                Reason = "AMOUNT_NOT_AVAILABLE",
                Orders = [],
            });
        }),
        new(nameof(OneRequestOneEffect), "the same fulfilment was refused and then done", plant =>
        {
            var done = plant.Call(Yen, Operation.FulfillOrder);
            plant.Entries.Insert(0, done with
            {
                Start = TimeSpan.Zero,
                At = TimeSpan.Zero,
                Outcome = Outcome.Failed,
                Status = "FailedPrecondition",
                Reason = "ORDER_STATE_CONFLICT",
                Orders = [],
            });
        }),
        new(nameof(OneRequestOneEffect), "two requests got the same order", plant =>
        {
            var made = plant.Calls(Confirmed).First(call => call.Operation == Operation.CreateOrder);
            plant.AddCall(_ => made with { RequestId = "another", At = TimeSpan.FromHours(1) });
        }),
    ];

    private static void Forget(Plant plant, int place, EventType type)
    {
        var gone = plant.State.Events.First(e => e.Order == plant.Order(place).Name && e.Type == type);
        plant.ChangeState(state => state with { Events = [.. state.Events.Where(e => e != gone)] });
    }

    private static void Again(Plant plant, int place, EventType like, EventType type)
    {
        var events = plant.State.Events.Where(e => e.Order == plant.Order(place).Name).ToList();
        var again = events.First(e => e.Type == like) with { Sequence = events.Count + 1, Type = type };
        plant.ChangeState(state => state with { Events = [.. state.Events, again] });
    }
}
