using System.Runtime.CompilerServices;
using Google.Type;
using Npgsql;
using Suite.Contracts.Orders.V1;
using Suite.Payments.Domain;
using Suite.Payments.Features;
using Suite.Payments.Providers;
using Suite.Payments.Storage;
using Suite.Platform.Errors;
using Suite.Platform.Idempotency;
using Suite.Platform.Messaging;
using Suite.Platform.Monetary;
using Suite.Platform.Naming;
using Suite.Platform.Telemetry;
using Suite.Platform.Time;
using Payment = Suite.Payments.Domain.Payment;

namespace Suite.Payments.Events;

/// <summary>
/// What happens to an order, seen from its payment: placed, it becomes an intent; cancelled, what is held for it is released.
/// A batch is one insert and, when orders were cancelled, one locking read and one update. As far as the worker has room, new
/// intents are claimed by being written and handed to it after the commit, which saves each a claim of its own.
/// </summary>
internal sealed class OrderEventsHandler(
    PaymentChangeWriter writer,
    IOutbox outbox,
    IPaymentProvider provider,
    PaymentWorker worker,
    StepWorker steps,
    PaymentOptions options,
    TimeProvider time) : IMessageHandler
{
    // By message, and gone with it: a batch that is rolled back leaves nothing behind.
    private readonly ConditionalWeakTable<IncomingMessage, Claim> _claims = [];

    public async Task HandleAsync(
        IReadOnlyList<IncomingMessage> messages, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var now = time.GetMicrosecondUtcNow();
        var placed = new List<(IncomingMessage Message, Intent Intent)>(messages.Count);
        var cancelled = new Dictionary<Guid, IncomingMessage>();
        foreach (var message in messages)
        {
            if (message.Type == OrderPlaced.Descriptor.FullName)
            {
                placed.Add((message, ToIntent(message, now)));
            }
            else if (message.Type == OrderCancelled.Descriptor.FullName)
            {
                cancelled[OrderId(message.Read(OrderCancelled.Parser).Order)] = message;
            }
        }

        // An order is placed before it is cancelled, so that all inserts may go first.
        if (placed.Count > 0)
        {
            Lease(placed, cancelled);
            var written = await PaymentStore.InsertAsync(placed.ConvertAll(p => p.Intent), options.Lease, transaction, cancellationToken);
            foreach (var (message, intent) in placed)
            {
                if (intent.LeaseToken is not null && written.Contains(intent.Payment.Id))
                {
                    _claims.AddOrUpdate(message, intent.ToClaim());
                }
            }
        }

        if (cancelled.Count > 0)
        {
            await ReleaseAsync(cancelled, now, transaction, cancellationToken);
        }
    }

    public void Committed(IReadOnlyList<IncomingMessage> messages)
    {
        foreach (var message in messages)
        {
            if (_claims.TryGetValue(message, out var claim))
            {
                _claims.Remove(message);
                worker.Start(claim);
            }
        }

        // For what was not handed over, and for the event that an intent left which was closed at once.
        worker.Wake();
        steps.Wake();
        outbox.Wake();
    }

    /// <summary>
    /// Takes note in the caller's transaction that orders were cancelled. An intent the provider was never asked about is closed with its
    /// event; what is held, or will turn out to be held, is released by a step; what a backend has captured meanwhile is given back.
    /// </summary>
    private async Task ReleaseAsync(
        Dictionary<Guid, IncomingMessage> cancels, DateTimeOffset now, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var changes = new List<PaymentChange>();
        foreach (var before in await PaymentStore.LockByOrderAsync(cancels.Keys, transaction, cancellationToken))
        {
            if (before.RequestVoid(string.Empty, now) is var after && after != before)
            {
                var closed = after.State != before.State;
                changes.Add(new PaymentChange(after)
                {
                    Events = closed ? [after.ToEvent()] : [],
                    Cause = cancels[after.OrderId],
                    // The call that made it, where one did, is answered with what became of it.
                    Call = closed && before.IsOpen && after is { RequestId: { } id, RequestHash: { } hash } ? new RequestKey(id, hash) : null,
                }.ThenVoidWhatIsDue().ThenRefundWhatIsDue());
            }
        }

        await writer.WriteAsync(changes, options.Lease, transaction, cancellationToken);
    }

    /// <summary>Claims as many intents as the worker has room for; not those of orders that are cancelled already.</summary>
    private void Lease(List<(IncomingMessage Message, Intent Intent)> placed, Dictionary<Guid, IncomingMessage> cancelled)
    {
        var room = worker.Room;
        var token = Guid.NewGuid();
        for (var i = 0; i < placed.Count && room > 0; i++)
        {
            var (message, intent) = placed[i];
            if (!cancelled.ContainsKey(intent.Payment.OrderId))
            {
                placed[i] = (message, intent with { LeaseToken = token });
                room--;
            }
        }
    }

    private Intent ToIntent(IncomingMessage message, DateTimeOffset now)
    {
        var order = message.Read(OrderPlaced.Parser);
        // PostgreSQL keeps no NUL; a token that has one is no token, and is to be declined rather than parked.
        var token = order.PaymentMethod.Replace('\0', '\uFFFD');
        return new Intent(
            Payment.Intend(OrderId(order.Order), CustomerId(order.Customer), Amount(order.Total), provider.Name, now),
            token,
            TraceContext.Of(message));
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

    // Nobody's payment is still a payment.
    private static Guid? CustomerId(string name) => ResourceName.TryParseGuid(Payment.Customers, name, out var id) ? id : null;

    private static Guid OrderId(string name) =>
        ResourceName.TryParseGuid(Payment.Orders, name, out var id) ? id : throw new PoisonMessageException("malformed_name");
}
