using Suite.Faults.Checking;
using Suite.Faults.History;
using static Suite.Tests.Faults.Samples.SampleLives;
using EventType = Suite.Contracts.Orders.V1.OrderEvent.Types.Type;

namespace Suite.Tests.Faults.Bugs;

/// <summary>What is told, and what comes of it, is not what happened.</summary>
internal static class MessageBugs
{
    public static IEnumerable<Bug> All =>
    [
        new(nameof(PublishedAtLeastOnce), "an order was placed and nobody was told", plant => plant.Drop(plant.Message(Confirmed, "OrderPlaced"))),
        new(nameof(PublishedAtLeastOnce), "a payment was authorized and nobody was told", plant => plant.Drop(plant.Message(Yen, "PaymentAuthorized"))),
        new(nameof(PublishedAtLeastOnce), "the second of two refunds was not told", plant =>
            plant.Drop(plant.Entries.OfType<EventSeen>().Last(message => message.Subject == plant.Payment(Yen).Name && message.Type.EndsWith("Refunded", StringComparison.Ordinal)))),
        new(nameof(PublishedAtLeastOnce), "a release was not told", plant => plant.Drop(plant.Message(CancelledEarly, "PaymentVoided"))),
        new(nameof(PublishedAtLeastOnce), "a fulfilment began and nobody was told", plant => plant.Drop(plant.Message(Refused, "OrderStepStarted"))),
        new(nameof(PublishedAtLeastOnce), "a user was made and nobody was told", plant =>
            plant.Drop(plant.Entries.OfType<EventSeen>().Single(message => message.Topic == "suite.user.v1"))),

        new(nameof(AppliedOnce), "an order has two payments", plant =>
            plant.ChangeState(state => state with { Payments = [.. state.Payments, plant.Payment(Confirmed) with { Name = "payments/another" }] })),
        new(nameof(AppliedOnce), "a confirmation is in the history twice", plant =>
        {
            var confirmed = plant.State.Events.First(e => e.Order == plant.Order(Confirmed).Name && e.Type == EventType.Confirmed);
            plant.ChangeState(state => state with { Events = [.. state.Events, confirmed with { Sequence = 3, Version = 3 }] });
        }),
        new(nameof(AppliedOnce), "a refund of one step is in the history twice", plant =>
        {
            var refunded = plant.State.Events.First(e => e.Order == plant.Order(Yen).Name && e.Type == EventType.Refunded);
            plant.ChangeState(state => state with { Events = [.. state.Events, refunded with { Sequence = 99, Version = 99 }] });
        }),
        new(nameof(AppliedOnce), "a step is in the ledger twice", plant => plant.ChangeState(state => state with
        {
            Postings = [.. state.Postings, .. state.Postings.Take(2).Select(posting => posting with { Transaction = "transactions/another" })],
        })),
        new(nameof(AppliedOnce), "the provider was asked for one refund with two keys", plant =>
            plant.ChangeProvider(Yen, seen => seen with { Steps = [.. seen.Steps, seen.Steps[^1] with { Key = "another" }] })),
        new(nameof(AppliedOnce), "one version is told as two events", plant =>
            plant.Entries.Add(plant.Message(Confirmed, "OrderConfirmed") with { Id = "another", Offset = 9000 })),
        new(nameof(AppliedOnce), "one authorization is told as two events", plant =>
            plant.Entries.Add(plant.Message(Confirmed, "PaymentAuthorized") with { Id = "another", Offset = 9000 })),
        new(nameof(AppliedOnce), "an event is told again in other words", plant =>
            plant.Entries.Add(plant.Message(Confirmed, "OrderConfirmed") with { Digest = "other words", Offset = 9000 })),

        new(nameof(InOrderPerKey), "a confirmation is told before the order was placed", plant =>
        {
            var (placed, confirmed) = (plant.Message(Yen, "OrderPlaced"), plant.Message(Yen, "OrderConfirmed"));
            plant.Change(placed, message => message with { Offset = confirmed.Offset });
            plant.Change(confirmed, message => message with { Offset = placed.Offset });
        }),
        new(nameof(InOrderPerKey), "two refunds are told in the opposite order", plant =>
        {
            var refunds = plant.Entries.OfType<EventSeen>().Where(message => message.Type.EndsWith("PaymentRefunded", StringComparison.Ordinal)
                && message.Subject == plant.Payment(Yen).Name).ToList();
            plant.Change(refunds[0], message => message with { Offset = refunds[1].Offset });
            plant.Change(refunds[1], message => message with { Offset = refunds[0].Offset });
        }),
        new(nameof(InOrderPerKey), "a capture is told before its authorization", plant =>
            plant.Change(plant.Message(Disputed, "PaymentAuthorized"), message => message with { Offset = 9000 })),
        new(nameof(InOrderPerKey), "a key is on two partitions", plant => plant.Change(plant.Message(Yen, "OrderFulfilled"), message => message with { Partition = 1 })),

        new(nameof(NoneForRolledBack), "an order is told of that was never placed", plant =>
            plant.Entries.Add(plant.Message(Confirmed, "OrderPlaced") with { Id = "another", Subject = "orders/of-nobody", Key = "of-nobody", Offset = 9000 })),
        new(nameof(NoneForRolledBack), "a step is told of that never began", plant =>
            plant.Entries.Add(plant.Message(Refused, "OrderStepStarted") with { Id = "another", Step = "another", Offset = 9000 })),
        new(nameof(NoneForRolledBack), "a fulfilment is told of that was rolled back", plant =>
            plant.Entries.Add(plant.Message(Confirmed, "OrderConfirmed") with { Id = "another", Type = "suite.order.v1.OrderFulfilled", Version = 3, Offset = 9000 })),
        new(nameof(NoneForRolledBack), "a capture is told of that was refused", plant =>
            plant.Change(plant.Message(Refused, "PaymentStepRefused"), message => message with { Type = "suite.payment.v1.PaymentCaptured" })),
        new(nameof(NoneForRolledBack), "a refund is told with another amount", plant =>
            plant.Change(plant.Message(Yen, "PaymentRefunded"), message => message with { AmountMinor = 1 })),
        new(nameof(NoneForRolledBack), "a user is told of that there is not", plant =>
            plant.ChangeAll<EventSeen>(message => message.Topic == "suite.user.v1", message => message with { Subject = "users/nobody" })),
        new(nameof(NoneForRolledBack), "a message can not be read", plant =>
            plant.Change(plant.Message(Yen, "OrderPlaced"), message => message with { Problem = "its body is no OrderPlaced" })),
    ];
}
