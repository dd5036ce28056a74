using Suite.Orders.Domain;
using Suite.Orders.Storage;
using Suite.Platform.Errors;
using Suite.Platform.Idempotency;
using Suite.Platform.Messaging;
using Suite.Platform.Naming;
using Suite.Platform.Security;
using Suite.Platform.Time;
using State = Suite.Contracts.Orders.V1.Order.Types.State;

namespace Suite.Orders.Features;

/// <summary>
/// Cancels a PENDING or CONFIRMED order that is not being fulfilled. Payment hears of it and releases what it holds, or is about to hold.
/// </summary>
internal sealed class CancelOrder(IdempotencyStore requests, OrderWriter writer, OrderChanges changes, OrderTelemetry telemetry, IOutbox outbox, TimeProvider time)
{
    public async Task<Contracts.Orders.V1.Order> RunAsync(
        RequestKey key, Guid id, string reason, string etag, Caller caller, CancellationToken cancellationToken)
    {
        Order? left = null;
        var cancelled = await requests.RunKeepingRefusalsAsync(
            key,
            Contracts.Orders.V1.Order.Parser,
            async (transaction, token) =>
            {
                var wasPending = false;
                var order = await writer.UpdateAsync(
                    id,
                    o =>
                    {
                        wasPending = o.State == State.Pending;
                        return Cancel(o, reason, etag, caller);
                    },
                    transaction,
                    token);
                left = wasPending ? order : null;
                return (await OrderWriter.WithLinesAsync(order, transaction, token)).ToProto();
            },
            // The reason is what somebody typed.
            order => ResourceName.ParseGuid(Order.Customers, order.Customer),
            cancellationToken);
        if (left is not null)
        {
            telemetry.Left(left);
        }

        outbox.Wake();
        changes.Changed(id);
        return cancelled;
    }

    private Order Cancel(Order order, string reason, string etag, Caller caller)
    {
        if (!order.IsKnownTo(caller))
        {
            throw DomainError.NotFound(order.Name);
        }

        return etag.Length > 0 && etag != order.Etag
            ? throw DomainError.EtagMismatch(order.Name)
            : order.Cancel(reason, time.GetMicrosecondUtcNow(), Actors.Of(caller));
    }
}
