using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Suite.Contracts.Orders.V1;
using Suite.Platform.Naming;
using EventType = Suite.Contracts.Orders.V1.OrderEvent.Types.Type;
using State = Suite.Contracts.Orders.V1.Order.Types.State;

namespace Suite.Orders.Domain;

/// <summary>What the others are told of a change.</summary>
internal static class OrderEvents
{
    /// <summary>The event of a change.</summary>
    /// <param name="order">The order after it.</param>
    /// <param name="change">The change.</param>
    public static IMessage Of(Order order, OrderChange change)
    {
        var time = Timestamp.FromDateTimeOffset(change.Time);
        var payment = order.PaymentId is { } id ? ResourceName.Format(Order.Payments, id) : string.Empty;
        var amount = change.AmountMinor is { } minor ? (order.Total with { MinorUnits = minor }).ToProto() : null;
        return change.Type switch
        {
            EventType.Confirmed => new OrderConfirmed { Order = order.Name, Version = order.Version, Payment = payment, ConfirmTime = time, Actor = change.Actor },
            EventType.Rejected => new OrderRejected
            {
                Order = order.Name,
                Version = order.Version,
                Reason = order.StateReason,
                RejectTime = time,
                Actor = change.Actor,
            },
            EventType.Cancelled => new OrderCancelled
            {
                Order = order.Name,
                Version = order.Version,
                Reason = order.StateReason,
                CancelTime = time,
                Actor = change.Actor,
            },
            EventType.ActionRequired => new OrderActionRequired
            {
                Order = order.Name,
                Version = order.Version,
                Payment = payment,
                ActionTime = time,
                Actor = change.Actor,
            },
            EventType.Fulfilled => new OrderFulfilled
            {
                Order = order.Name,
                Version = order.Version,
                Payment = payment,
                Amount = amount,
                FulfillTime = time,
                Step = change.PaymentStep?.ToString() ?? string.Empty,
                Actor = change.Actor,
                Reason = change.Note ?? string.Empty,
            },
            EventType.Refunded => new OrderRefunded
            {
                Order = order.Name,
                Version = order.Version,
                Amount = amount,
                RefundedAmount = (order.Total with { MinorUnits = order.RefundedMinor }).ToProto(),
                Final = order.State == State.Refunded,
                RefundTime = time,
                Step = change.PaymentStep?.ToString() ?? string.Empty,
                Actor = change.Actor,
                Reason = change.Note ?? string.Empty,
            },
            EventType.FulfillmentStarted or EventType.RefundStarted => new OrderStepStarted
            {
                Order = order.Name,
                Version = order.Version,
                Step = change.PaymentStep?.ToString() ?? string.Empty,
                Type = change.Type,
                Amount = amount,
                Actor = change.Actor,
                Reason = change.Note ?? string.Empty,
                StartTime = time,
                Place = change.Place,
            },
            EventType.FulfillmentFailed or EventType.RefundFailed => new OrderStepFailed
            {
                Order = order.Name,
                Version = order.Version,
                Step = change.PaymentStep?.ToString() ?? string.Empty,
                Type = change.Type,
                Amount = amount,
                Actor = change.Actor,
                Reason = change.Note ?? string.Empty,
                FailTime = time,
                Place = change.Place,
            },
            _ => throw new InvalidOperationException($"No event tells of {change.Type}."),
        };
    }
}
