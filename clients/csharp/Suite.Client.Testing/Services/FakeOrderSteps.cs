using Google.Type;
using Grpc.Core;
using Suite.Contracts.Common.V1;
using Suite.Contracts.Orders.V1;
using Suite.Contracts.Payments.V1;
using Event = Suite.Contracts.Orders.V1.OrderEvent.Types.Type;
using State = Suite.Contracts.Orders.V1.Order.Types.State;

namespace Suite.Client.Testing;

/// <summary>OrderService: what becomes of an order after it was placed. The fake's provider answers at once.</summary>
internal static class FakeOrderSteps
{
    private const string Payments = "services/payment";

    public static Order Cancel(FakeState state, CancelOrderRequest request) =>
        FakeOnce.RunKeepingRefusals(state, "CancelOrder", request, request.RequestId, () =>
        {
            var order = Find(state, request.Name, request.Etag);
            if (order.Current.State is not (State.Pending or State.Confirmed))
            {
                throw Conflict(order, "only PENDING and CONFIRMED orders can be cancelled");
            }

            order.Move(State.Cancelled, request.Reason, state.Now());
            order.Tell(Event.Cancelled, state.Caller.Name, order.Current.UpdateTime, request.Reason);
            FakePaymentSteps.Release(state, request.Name, "order_cancelled");
            return order.Current.Clone();
        });

    public static Order Fulfill(FakeState state, FulfillOrderRequest request) =>
        FakeOnce.RunKeepingRefusals(state, "FulfillOrder", request, request.RequestId, () =>
        {
            var order = Find(state, request.Name, request.Etag);
            if (order.Current.State != State.Confirmed)
            {
                throw Conflict(order, "only CONFIRMED orders can be fulfilled");
            }

            var step = Guid.NewGuid();
            var total = order.Current.Total;
            Tell(state, order, Event.FulfillmentStarted, request.Note, total, step);
            Attempt(state, order, Event.FulfillmentFailed, total, step, payment => FakePaymentSteps.Capture(state, payment, total, false, step));
            order.Move(State.Fulfilled, string.Empty, state.Now());
            Tell(state, order, Event.Fulfilled, request.Note, total, step);
            return order.Current.Clone();
        });

    public static Order Refund(FakeState state, RefundOrderRequest request) =>
        FakeOnce.RunKeepingRefusals(state, "RefundOrder", request, request.RequestId, () =>
        {
            var order = Find(state, request.Name, request.Etag);
            if (order.Current.State is not (State.Fulfilled or State.PartiallyRefunded or State.Refunded))
            {
                throw Conflict(order, "only orders that are FULFILLED can be refunded");
            }

            var shares = FakeRefunds.Plan(order.Current, request);
            var amount = FakeMoney.OfMinor(shares.Aggregate(Int128.Zero, (sum, share) => sum + share.Minor), order.Current.Total.CurrencyCode);
            var step = Guid.NewGuid();
            Tell(state, order, Event.RefundStarted, request.Reason, amount, step);
            Attempt(state, order, Event.RefundFailed, amount, step, payment => FakePaymentSteps.Refund(state, payment, amount, step));
            MoveRefunded(state, order, shares, amount, request.Reason, state.Caller.Name, step);
            return order.Current.Clone();
        });

    /// <summary>The payment of an order was captured by a call of its own.</summary>
    public static void Captured(FakeState state, Payment payment, Money amount, Guid step)
    {
        if (state.Orders.TryGetValue(payment.Order, out var order) && order.Current.State == State.Confirmed)
        {
            order.Move(State.Fulfilled, string.Empty, state.Now());
            order.Tell(Event.Fulfilled, Payments, order.Current.UpdateTime, string.Empty, amount, step.ToString());
        }
    }

    /// <summary>The payment of an order was voided by a call of its own.</summary>
    public static void Voided(FakeState state, Payment payment)
    {
        if (state.Orders.TryGetValue(payment.Order, out var order) && !order.IsFinal)
        {
            order.Move(State.Cancelled, "payment_voided", state.Now());
            order.Tell(Event.Cancelled, Payments, order.Current.UpdateTime, "payment_voided");
        }
    }

    /// <summary>The payment of an order was refunded by a call of its own.</summary>
    public static void Refunded(FakeState state, Payment payment, Money amount, Guid step)
    {
        if (state.Orders.TryGetValue(payment.Order, out var order))
        {
            var shares = FakeRefunds.OfAmount(order.Current, FakeMoney.Minor(amount));
            MoveRefunded(state, order, shares, amount, string.Empty, Payments, step);
        }
    }

    private static void Attempt(FakeState state, FakeOrder order, Event failed, Money amount, Guid step, Action<Payment> work)
    {
        if (FakeMoney.Nanos(amount) == 0)
        {
            return;
        }

        try
        {
            work(state.Payments[order.Current.Payment]);
        }
        catch (RpcException e)
        {
            Tell(state, order, failed, e.Status.Detail, amount, step);
            throw;
        }
    }

    private static void MoveRefunded(
        FakeState state, FakeOrder order, IReadOnlyList<FakeRefunds.Share> shares, Money amount, string reason, string actor, Guid step)
    {
        var before = FakeMoney.Nanos(order.Current.RefundedAmount);
        var all = FakeMoney.Of(amount.CurrencyCode, before + FakeMoney.Nanos(amount));
        var isLast = FakeMoney.Nanos(all) >= FakeMoney.Nanos(order.Current.Total);
        order.Move(isLast ? State.Refunded : State.PartiallyRefunded, string.Empty, state.Now(), change: next =>
        {
            next.RefundedAmount = all;
            foreach (var share in shares)
            {
                var line = next.Lines[share.Line];
                line.RefundedQuantity += share.Quantity;
                line.RefundedAmount = FakeMoney.OfMinor(FakeMoney.Minor(line.RefundedAmount) + share.Minor, amount.CurrencyCode);
            }
        });
        order.Tell(Event.Refunded, actor, order.Current.UpdateTime, reason, amount, step.ToString());
    }

    private static void Tell(FakeState state, FakeOrder order, Event type, string reason, Money amount, Guid step) =>
        order.Tell(type, state.Caller.Name, state.Now(), reason, amount, step.ToString());

    private static FakeOrder Find(FakeState state, string name, string etag)
    {
        var order = FakeOrders.Find(state, name);
        return etag.Length == 0 || etag == order.Current.Etag
            ? order
            : throw FakeErrors.About(StatusCode.Aborted, ErrorReason.EtagMismatch, name, $"{name} has changed since its etag was read.");
    }

    private static RpcException Conflict(FakeOrder order, string rule) => FakeErrors.About(
        StatusCode.FailedPrecondition,
        ErrorReason.OrderStateConflict,
        order.Current.Name,
        $"The order is {FakeNames.Of(order.Current.State)}; {rule}.");
}
