using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Suite.Contracts.Orders.V1;
using Suite.Platform.Naming;
using EventType = Suite.Contracts.Orders.V1.OrderEvent.Types.Type;
using State = Suite.Contracts.Orders.V1.Order.Types.State;

namespace Suite.Orders.Domain;

/// <summary>What the others are told of a change that made a version.</summary>
internal static class OrderEvents
{
    /// <summary>The event of a change.</summary>
    /// <param name="order">The order after it.</param>
    /// <param name="change">The change.</param>
    public static IMessage Of(Order order, OrderChange change)
    {
        var time = Timestamp.FromDateTimeOffset(order.UpdateTime);
        var payment = order.PaymentId is { } id ? ResourceName.Format(Order.Payments, id) : string.Empty;
        var amount = change.AmountMinor is { } minor ? (order.Total with { MinorUnits = minor }).ToProto() : null;
        return change.Type switch
        {
            EventType.Confirmed => new OrderConfirmed { Order = order.Name, Version = order.Version, Payment = payment, ConfirmTime = time },
            EventType.Rejected => new OrderRejected { Order = order.Name, Version = order.Version, Reason = order.StateReason, RejectTime = time },
            EventType.Cancelled => new OrderCancelled { Order = order.Name, Version = order.Version, Reason = order.StateReason, CancelTime = time },
            EventType.ActionRequired => new OrderActionRequired { Order = order.Name, Version = order.Version, Payment = payment, ActionTime = time },
            EventType.Fulfilled => new OrderFulfilled
            {
                Order = order.Name,
                Version = order.Version,
                Payment = payment,
                Amount = amount,
                FulfillTime = time,
            },
            EventType.Refunded => new OrderRefunded
            {
                Order = order.Name,
                Version = order.Version,
                Amount = amount,
                RefundedAmount = (order.Total with { MinorUnits = order.RefundedMinor }).ToProto(),
                Final = order.State == State.Refunded,
                RefundTime = time,
            },
            _ => throw new InvalidOperationException($"No event tells of {change.Type}."),
        };
    }
}
