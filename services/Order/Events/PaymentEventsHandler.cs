using Npgsql;
using Suite.Contracts.Payments.V1;
using Suite.Orders.Domain;
using Suite.Orders.Features;
using Suite.Orders.Storage;
using Suite.Platform.Messaging;
using Suite.Platform.Naming;
using Suite.Platform.Time;

namespace Suite.Orders.Events;

/// <summary>What a payment's outcome does to its order. A batch is one locking read, one update and one insert of events.</summary>
internal sealed class PaymentEventsHandler(OrderStore store, OrderChanges changes, IOutbox outbox, TimeProvider time) : IMessageHandler
{
    private delegate Order Step(Order order, DateTimeOffset now);

    public async Task HandleAsync(IReadOnlyList<IncomingMessage> messages, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        // The first outcome takes an order out of PENDING; whatever follows would find it gone from there.
        var steps = new Dictionary<Guid, (Step Step, IncomingMessage Cause)>();
        foreach (var message in messages)
        {
            if (StepOf(message) is var (orderId, step))
            {
                steps.TryAdd(orderId, (step, message));
            }
        }

        var now = time.GetMicrosecondUtcNow();
        await store.UpdateManyAsync(
            [.. steps.Keys], order => steps[order.Id].Step(order, now), id => steps[id].Cause, transaction, cancellationToken);
    }

    public void Committed(IReadOnlyList<IncomingMessage> messages)
    {
        outbox.Wake();
        foreach (var message in messages)
        {
            if (Guid.TryParse(message.Key, out var orderId))
            {
                changes.Changed(orderId);
            }
        }
    }

    private static (Guid OrderId, Step Step)? StepOf(IncomingMessage message)
    {
        if (message.Type == PaymentAuthorized.Descriptor.FullName)
        {
            var authorized = message.Read(PaymentAuthorized.Parser);
            var payment = Id(Order.Payments, authorized.Payment);
            return (Id(Order.Collection, authorized.Order), (order, at) => order.Confirm(payment, at));
        }

        if (message.Type == PaymentDeclined.Descriptor.FullName)
        {
            var declined = message.Read(PaymentDeclined.Parser);
            var payment = Id(Order.Payments, declined.Payment);
            return (Id(Order.Collection, declined.Order), (order, at) => order.Reject(payment, declined.Reason, at));
        }

        return null;
    }

    private static Guid Id(string collection, string name) =>
        ResourceName.TryParseGuid(collection, name, out var id) ? id : throw new PoisonMessageException("malformed_name");
}
