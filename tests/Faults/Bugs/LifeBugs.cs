using Suite.Faults.Checking;
using Suite.Faults.History;
using static Suite.Tests.Faults.Samples.SampleLives;
using EventType = Suite.Contracts.Orders.V1.OrderEvent.Types.Type;
using PaymentState = Suite.Contracts.Payments.V1.Payment.Types.State;
using State = Suite.Contracts.Orders.V1.Order.Types.State;

namespace Suite.Tests.Faults.Bugs;

/// <summary>An order or a payment goes where it can not, or is seen as it can not be.</summary>
internal static class LifeBugs
{
    public static IEnumerable<Bug> All =>
    [
        new(nameof(LegalTransitions), "an order is fulfilled after it was rejected", plant =>
            plant.AddCall(call => call with { Orders = [plant.Order(Rejected) with { State = State.Fulfilled, Version = 7 }] })),
        new(nameof(LegalTransitions), "a history goes from PENDING to FULFILLED", plant =>
            plant.ChangeState(state => state with
            {
                Events = [.. state.Events.Where(e => e.Order != plant.Order(Disputed).Name || e.State != State.Confirmed)],
            })),
        new(nameof(LegalTransitions), "a history begins with a confirmation", plant =>
            plant.ChangeState(state => state with { Events = [.. state.Events.Where(e => e.Order != plant.Order(Confirmed).Name || e.Type != EventType.Placed)] })),
        new(nameof(LegalTransitions), "an event says that a cancellation confirmed the order", plant =>
            plant.ChangeEvent(Cancelled, EventType.Cancelled, e => e with { State = State.Confirmed })),
        new(nameof(LegalTransitions), "two clients see the same version in two states", plant =>
            plant.AddCall(call => call with { Orders = [plant.Order(Rejected) with { State = State.Confirmed }] })),
        new(nameof(LegalTransitions), "a version is seen with half of its refund", plant =>
            plant.AddCall(call => call with { Orders = [plant.Order(Refunded) with { RefundedMinor = 999 }] })),
        new(nameof(LegalTransitions), "a payment that was captured is authorized again", plant =>
            plant.AddCall(call => call with { Payments = [plant.Payment(Disputed) with { State = PaymentState.Authorized, Version = 99, CapturedMinor = 0 }] })),

        new(nameof(OrdersMoveForward), "an event is earlier than the one before it", plant =>
            plant.ChangeEvent(Refunded, EventType.Fulfilled, e => e with { Time = e.Time.AddMinutes(-5) })),
        new(nameof(OrdersMoveForward), "a number is missing", plant =>
            plant.ChangeState(state => state with { Events = [.. state.Events.Where(e => e.Order != plant.Order(Refused).Name || e.Type != EventType.FulfillmentStarted)] })),
        new(nameof(OrdersMoveForward), "a version is missing, and the events are counted without it", plant => plant.ChangeState(state => state with
        {
            Events =
            [
                .. state.Events.Where(e => e.Order != plant.Order(Cancelled).Name || e.Version != 2)
                    .Select(e => e.Order == plant.Order(Cancelled).Name && e.Version > 2 ? e with { Sequence = e.Sequence - 1 } : e),
            ],
        })),
        new(nameof(OrdersMoveForward), "a version runs backwards", plant => plant.ChangeEvent(Refunded, EventType.Fulfilled, e => e with { Version = 1 })),
        new(nameof(OrdersMoveForward), "an order is not as its last event says", plant => plant.ChangeOrder(Confirmed, order => order with { Version = 3 })),
        new(nameof(OrdersMoveForward), "a later version was changed earlier", plant =>
            plant.ChangeOrder(Refunded, order => order with { UpdateTime = order.CreateTime.AddSeconds(-1) })),

        new(nameof(FinalStaysFinal), "a cancelled order is read as confirmed", plant =>
            plant.AddCall(call => call with { Orders = [plant.Order(Cancelled) with { State = State.Confirmed, Version = 9 }] })),
        new(nameof(FinalStaysFinal), "a refunded order is fulfilled at the end", plant => plant.ChangeOrder(Refunded, order => order with { State = State.Fulfilled })),
        new(nameof(FinalStaysFinal), "a payment that was seen VOIDED is AUTHORIZED at the end", plant =>
        {
            plant.AddCall(call => call with { Operation = Operation.GetPayment, Payments = [plant.Payment(Cancelled)] });
            plant.ChangePayment(Cancelled, payment => payment with { State = PaymentState.Authorized });
        }),

        new(nameof(ReadYourWrites), "a client does not find the order it made", plant =>
            plant.AddCall(call => call with { Name = plant.Order(Confirmed).Name, Outcome = Outcome.Failed, Status = "NotFound" })),
        new(nameof(ReadYourWrites), "a client reads its fulfilled order as confirmed", plant =>
            plant.AddCall(call => call with { Orders = [plant.Order(Yen) with { State = State.Confirmed, Version = 2, RefundedMinor = 0 }] })),
        new(nameof(ReadYourWrites), "a client's refund is not in the events", plant =>
            plant.AddCall(call => call with
            {
                Operation = Operation.ListOrderEvents,
                Name = plant.Order(Refunded).Name,
                Events = [.. plant.State.Events.Where(e => e.Order == plant.Order(Refunded).Name).Take(4)],
            })),
        new(nameof(ReadYourWrites), "the payment of a client's fulfilled order is not captured", plant =>
            plant.AddCall(call => call with
            {
                Operation = Operation.GetPayment,
                Payments = [plant.Payment(Refunded) with { State = PaymentState.Authorized, CapturedMinor = 0, RefundedMinor = 0, Version = 99 }],
            })),

        new(nameof(VersionsNeverDecrease), "an order is read at a version before the one that was read", plant =>
            plant.AddCall(call => call with { Client = "client-9", Orders = [plant.Order(Refunded) with { Version = 2, State = State.Confirmed, RefundedMinor = 0 }] })),
        new(nameof(VersionsNeverDecrease), "a payment is read at a version before the one that was read", plant =>
            plant.AddCall(call => call with { Client = "client-9", Payments = [plant.Payment(Disputed) with { Version = 2 }] })),
        new(nameof(VersionsNeverDecrease), "a replica answers a user at a version before the one it has answered", plant =>
        {
            plant.AddCall(call => call with { Operation = Operation.GetUser, Replica = "user-1", Users = [plant.State.Users[0] with { Etag = "3" }] });
            plant.AddCall(call => call with
            {
                Operation = Operation.GetUser,
                Replica = "user-1",
                Users = [plant.State.Users[0] with { Etag = "2" }],
                Start = TimeSpan.FromHours(2),
                At = TimeSpan.FromHours(2),
            });
        }),
    ];
}
