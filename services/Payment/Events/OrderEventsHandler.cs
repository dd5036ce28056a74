using Google.Type;
using Npgsql;
using Suite.Contracts.Orders.V1;
using Suite.Payments.Features;
using Suite.Payments.Storage;
using Suite.Platform.Errors;
using Suite.Platform.Messaging;
using Suite.Platform.Monetary;
using Suite.Platform.Naming;
using Suite.Platform.Time;
using Payment = Suite.Payments.Domain.Payment;

namespace Suite.Payments.Events;

/// <summary>
/// What happens to an order, seen from its payment: placed, it becomes an intent; cancelled, what is held for it is released.
/// A batch is one insert and, when orders were cancelled, one locking read and one update.
/// </summary>
internal sealed class OrderEventsHandler(PaymentStore store, IOutbox outbox, PaymentWorker worker, TimeProvider time) : IMessageHandler
{
    public async Task HandleAsync(IReadOnlyList<IncomingMessage> messages, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var now = time.GetMicrosecondUtcNow();
        var placed = new List<Intent>(messages.Count);
        var cancelled = new Dictionary<Guid, IncomingMessage>();
        foreach (var message in messages)
        {
            if (message.Type == OrderPlaced.Descriptor.FullName)
            {
                placed.Add(ToIntent(message, now));
            }
            else if (message.Type == OrderCancelled.Descriptor.FullName)
            {
                cancelled[OrderId(message.Read(OrderCancelled.Parser).Order)] = message;
            }
        }

        // An order is placed before it is cancelled, so that all inserts may go first.
        if (placed.Count > 0)
        {
            await PaymentStore.InsertAsync(placed, transaction, cancellationToken);
        }

        if (cancelled.Count > 0)
        {
            await store.RequestVoidsAsync(cancelled, now, transaction, cancellationToken);
        }
    }

    public void Committed(IReadOnlyList<IncomingMessage> messages)
    {
        worker.Wake();
        // An intent that was closed at once has left an event.
        outbox.Wake();
    }

    private static Intent ToIntent(IncomingMessage message, DateTimeOffset now)
    {
        var order = message.Read(OrderPlaced.Parser);
        // PostgreSQL keeps no NUL; a token that has one is no token, and is to be declined rather than parked.
        var token = order.PaymentMethod.Replace('\0', '\uFFFD');
        return new Intent(Payment.Intend(OrderId(order.Order), Amount(order.Total), now), token, TraceContext.Of(message));
    }

    private static MoneyAmount Amount(Money? total)
    {
        try
        {
            var amount = MoneyAmount.FromProto(total ?? new Money(), "total");
            return amount.MinorUnits >= 0 ? amount : throw new PoisonMessageException("negative_amount");
        }
        catch (DomainException e)
        {
            throw new PoisonMessageException("malformed_amount", e);
        }
    }

    private static Guid OrderId(string name) =>
        ResourceName.TryParseGuid(Payment.Orders, name, out var id) ? id : throw new PoisonMessageException("malformed_name");
}
