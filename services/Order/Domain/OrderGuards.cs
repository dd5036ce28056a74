using Suite.Contracts.Common.V1;
using Suite.Platform.Errors;
using State = Suite.Contracts.Orders.V1.Order.Types.State;

namespace Suite.Orders.Domain;

/// <summary>What cannot be, cannot be written.</summary>
internal static class OrderGuards
{
    /// <summary>FAILED_PRECONDITION (ORDER_STATE_CONFLICT): the state does not allow it; <paramref name="rule"/> says what would.</summary>
    public static DomainException Conflict(Order order, string rule) => DomainError.FailedPrecondition(
        ErrorReason.OrderStateConflict, order.Name, $"The order is {Name(order.State)}; {rule}.");

    /// <summary>Makes sure that the sums of an order hold, as far as it was read.</summary>
    /// <exception cref="InvalidOperationException">They do not: a bug, which must not reach the record.</exception>
    public static void Check(Order order)
    {
        var total = order.Total.MinorUnits;
        Hold(order.RefundedMinor >= 0 && order.RefundedMinor <= total, order, "what was given back is not between 0 and the total");
        Hold(order.State != State.Refunded || order.RefundedMinor == total, order, "it is REFUNDED with something left");
        Hold(order.State != State.PartiallyRefunded || order.RefundedMinor > 0, order, "it is PARTIALLY_REFUNDED and nothing was given back");
        Hold(order.State is State.PartiallyRefunded or State.Refunded || order.RefundedMinor == 0, order, "money was given back before it was taken");
        Hold(order.State is State.Pending or State.Cancelled || order.PaymentId is not null, order, "it has no payment");
        Hold(order.FulfilmentId is null || order.State == State.Confirmed, order, "it is being fulfilled and not CONFIRMED");
        if (order.Lines.Count == 0)
        {
            return;
        }

        Hold(order.Lines.Sum(line => line.TotalMinor) == total, order, "the lines' totals are not the total");
        Hold(order.Lines.All(line => line.RefundedMinor >= 0 && line.RefundedMinor <= line.TotalMinor), order, "more of a line was given back than was paid");
        Hold(order.Lines.All(line => line.RefundedQuantity >= 0 && line.RefundedQuantity <= line.Quantity), order, "more units were given back than there are");
        Hold(order.Lines.Sum(line => line.RefundedMinor) == order.RefundedMinor, order, "what was given back of the lines is not what was given back");
    }

    private static string Name(State state) => state switch
    {
        State.PartiallyRefunded => "PARTIALLY_REFUNDED",
        _ => state.ToString().ToUpperInvariant(),
    };

    private static void Hold(bool condition, Order order, string otherwise)
    {
        if (!condition)
        {
            throw new InvalidOperationException($"{order.Name} can not be so: {otherwise}.");
        }
    }
}
