using Google.Protobuf;
using Npgsql;
using Suite.Contracts.Users.V1;
using Suite.Orders.Domain;
using Suite.Orders.Features;
using Suite.Orders.Storage;
using Suite.Platform.Idempotency;
using Suite.Platform.Messaging;
using Suite.Platform.Naming;
using Suite.Platform.Time;
using State = Suite.Contracts.Orders.V1.Order.Types.State;

namespace Suite.Orders.Events;

/// <summary>
/// Forgets customers who were deleted: cancels what they left open, which has Payment release what it holds, and erases what
/// they wrote. What is accounting stays: see docs/decisions/0010-erasing-personal-data.md.
/// </summary>
internal sealed class UserEventsHandler(OrderWriter writer, IOutbox outbox, TimeProvider time) : IMessageHandler
{
    public async Task HandleAsync(IReadOnlyList<IncomingMessage> messages, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var deleted = new Dictionary<Guid, IncomingMessage>();
        foreach (var message in messages.Where(message => message.Type == UserDeleted.Descriptor.FullName))
        {
            deleted[CustomerId(message.Read(UserDeleted.Parser).User)] = message;
        }

        if (deleted.Count == 0)
        {
            return;
        }

        Guid[] customers = [.. deleted.Keys];
        var now = time.GetMicrosecondUtcNow();
        var open = await DepartureStore.DepartAsync(customers, transaction, cancellationToken);
        var causes = new Dictionary<Guid, IncomingMessage>();
        await writer.UpdateManyAsync(
            open,
            order =>
            {
                causes[order.Id] = deleted[order.CustomerId];
                return order.CancelFor(CancelReasons.CustomerDeleted, now);
            },
            id => causes[id],
            transaction,
            cancellationToken);
        await DepartureStore.EraseReasonsAsync(customers, transaction, cancellationToken);
        await IdempotencyStore.RewriteAsync(customers, WithoutReason, transaction, cancellationToken);
    }

    // Whoever watches one of the orders hears of it from the broadcast of its event.
    public void Committed(IReadOnlyList<IncomingMessage> messages) => outbox.Wake();

    private static byte[] WithoutReason(byte[] response)
    {
        var order = Contracts.Orders.V1.Order.Parser.ParseFrom(response);
        if (order.State == State.Cancelled && !CancelReasons.All.Contains(order.StateReason))
        {
            order.StateReason = string.Empty;
        }

        return order.ToByteArray();
    }

    private static Guid CustomerId(string name) =>
        ResourceName.TryParseGuid(Order.Customers, name, out var id) ? id : throw new PoisonMessageException("malformed_name");
}
