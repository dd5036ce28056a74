using System.Runtime.CompilerServices;
using Npgsql;
using Suite.Contracts.Payments.V1;
using Suite.Orders.Domain;
using Suite.Orders.Features;
using Suite.Orders.Storage;
using Suite.Platform.Errors;
using Suite.Platform.Messaging;
using Suite.Platform.Monetary;
using Suite.Platform.Naming;
using Suite.Platform.Telemetry;
using Suite.Platform.Time;
using State = Suite.Contracts.Orders.V1.Order.Types.State;

namespace Suite.Orders.Events;

/// <summary>
/// What becomes of an order when its payment changes. A batch is one locking read and one save; what a batch has of one order is done one
/// after the other. Steps of ours end here or with Payment's answer, whichever comes first.
/// </summary>
internal sealed class PaymentEventsHandler(OrderWorkStore works, OrderChanges changes, OrderTelemetry telemetry, IOutbox outbox, TimeProvider time)
    : IMessageHandler
{
    // By batch, and gone with it: one that is rolled back is not counted.
    private readonly ConditionalWeakTable<IReadOnlyList<IncomingMessage>, List<Order>> _left = [];

    public async Task HandleAsync(IReadOnlyList<IncomingMessage> messages, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var deeds = new Dictionary<Guid, List<(Deed Deed, IncomingMessage Message)>>();
        foreach (var message in messages)
        {
            if (Read(message) is { } deed)
            {
                (deeds.TryGetValue(deed.OrderId, out var known) ? known : deeds[deed.OrderId] = []).Add((deed, message));
            }
        }

        if (deeds.Count == 0)
        {
            return;
        }

        // Most batches are of authorizations, which know neither steps nor lines.
        var steps = deeds.Values.SelectMany(of => of).Where(of => of.Deed.StepId is not null).Select(of => of.Deed.StepId!.Value);
        var locked = await OrderWorkStore.LockAsync(
            [.. deeds.Keys],
            order => order.FulfilmentId is not null || deeds[order.Id].Exists(of => of.Deed.StepId is not null),
            [.. steps],
            transaction,
            cancellationToken);
        var now = time.GetMicrosecondUtcNow();
        var causes = new Dictionary<(Guid, long), IncomingMessage>();
        var left = new List<Order>();
        foreach (var work in locked)
        {
            var wasPending = work.Order.State == State.Pending;
            foreach (var (deed, message) in deeds[work.Order.Id])
            {
                var before = work.Order.Version;
                deed.Do(work, now);
                for (var version = before + 1; version <= work.Order.Version; version++)
                {
                    causes[(work.Order.Id, version)] = message;
                }
            }

            if (wasPending && work.Order.State != State.Pending)
            {
                left.Add(work.Order);
            }
        }

        await works.SaveAsync(locked, at => causes.GetValueOrDefault(at), transaction, cancellationToken);
        _left.AddOrUpdate(messages, left);
    }

    public void Committed(IReadOnlyList<IncomingMessage> messages)
    {
        if (_left.TryGetValue(messages, out var left))
        {
            _left.Remove(messages);
            left.ForEach(telemetry.Left);
        }

        outbox.Wake();
        foreach (var message in messages)
        {
            if (Guid.TryParse(message.Key, out var orderId))
            {
                changes.Changed(orderId, TraceContext.Of(message));
            }
        }
    }

    private static Deed? Read(IncomingMessage message)
    {
        if (message.Type == PaymentAuthorized.Descriptor.FullName)
        {
            var authorized = message.Read(PaymentAuthorized.Parser);
            var payment = Id(Order.Payments, authorized.Payment);
            return new Deed(Id(Order.Collection, authorized.Order), (work, at) => work.Apply(order => order.Confirm(payment, at)));
        }

        if (message.Type == PaymentDeclined.Descriptor.FullName)
        {
            var declined = message.Read(PaymentDeclined.Parser);
            var payment = Id(Order.Payments, declined.Payment);
            return new Deed(Id(Order.Collection, declined.Order), (work, at) => work.Apply(order => order.Reject(payment, declined.Reason, at)));
        }

        if (message.Type == PaymentActionRequired.Descriptor.FullName)
        {
            var action = message.Read(PaymentActionRequired.Parser);
            var payment = Id(Order.Payments, action.Payment);
            return new Deed(Id(Order.Collection, action.Order), (work, at) => work.Apply(order => order.RequireAction(payment, at)));
        }

        return ReadStep(message);
    }

    private static Deed? ReadStep(IncomingMessage message)
    {
        if (message.Type == PaymentCaptured.Descriptor.FullName)
        {
            var captured = message.Read(PaymentCaptured.Parser);
            var (payment, step, amount) = (Id(Order.Payments, captured.Payment), StepId(captured.Step), Minor(captured.Amount));
            return new Deed(Id(Order.Collection, captured.Order), (work, at) => work.Captured(payment, step, amount, at)) { StepId = step };
        }

        if (message.Type == PaymentRefunded.Descriptor.FullName)
        {
            var refunded = message.Read(PaymentRefunded.Parser);
            var (step, amount) = (StepId(refunded.Step), Minor(refunded.Amount));
            return new Deed(Id(Order.Collection, refunded.Order), (work, at) => work.Refunded(step, amount, at)) { StepId = step };
        }

        if (message.Type == PaymentStepRefused.Descriptor.FullName)
        {
            var refused = message.Read(PaymentStepRefused.Parser);
            var step = StepId(refused.Step);
            var reason = refused.Reason;
            return new Deed(Id(Order.Collection, refused.Order), (work, at) => work.Refused(step, reason, at)) { StepId = step };
        }

        if (message.Type == PaymentVoided.Descriptor.FullName)
        {
            // Somebody may have typed a reason at Payment; here it is one of two words.
            var voided = message.Read(PaymentVoided.Parser);
            var reason = voided.Reason == CancelReasons.AuthorizationExpired ? CancelReasons.AuthorizationExpired : CancelReasons.PaymentVoided;
            return new Deed(Id(Order.Collection, voided.Order), (work, at) => work.Voided(reason, at));
        }

        return null;
    }

    private static Guid Id(string collection, string name) =>
        ResourceName.TryParseGuid(collection, name, out var id) ? id : throw new PoisonMessageException("malformed_name");

    private static Guid StepId(string step) => Guid.TryParse(step, out var id) ? id : throw new PoisonMessageException("malformed_step");

    private static long Minor(Google.Type.Money? money)
    {
        try
        {
            return MoneyAmount.FromProto(money ?? throw new PoisonMessageException("no_amount"), "amount").MinorUnits;
        }
        catch (DomainException e)
        {
            throw new PoisonMessageException("malformed_amount", e);
        }
    }

    /// <summary>What one message does to its order.</summary>
    private sealed record Deed(Guid OrderId, Action<OrderWork, DateTimeOffset> Do)
    {
        /// <summary>The step it is about.</summary>
        public Guid? StepId { get; init; }
    }
}
