using Suite.Platform.Errors;
using EventType = Suite.Contracts.Orders.V1.OrderEvent.Types.Type;
using State = Suite.Contracts.Orders.V1.Order.Types.State;

namespace Suite.Orders.Domain;

/// <summary>
/// The steps of an order that Payment has a part in: each begins, which reserves what it needs, and ends once, done or refused. Whoever
/// hears how it ended first, from Payment's answer or from its event, ends it.
/// </summary>
internal static class OrderSteps
{
    /// <summary>Begins to fulfil.</summary>
    /// <exception cref="DomainException">FAILED_PRECONDITION (ORDER_STATE_CONFLICT); ABORTED (STEP_IN_PROGRESS).</exception>
    public static Order BeginFulfilment(this Order order, OrderStep step, DateTimeOffset now)
    {
        if (order.State != State.Confirmed)
        {
            throw OrderGuards.Conflict(order, "only CONFIRMED orders can be fulfilled");
        }

        return order.FulfilmentId is null
            ? (order with { FulfilmentId = step.Id }).With(EventType.FulfillmentStarted, step.Actor, step, order.Later(now))
            : throw DomainError.StepInProgress(order.Name);
    }

    /// <summary>Makes sure that an order can give money back at all.</summary>
    /// <exception cref="DomainException">FAILED_PRECONDITION (ORDER_STATE_CONFLICT, AMOUNT_NOT_AVAILABLE); ABORTED (STEP_IN_PROGRESS).</exception>
    public static void CheckRefundable(this Order order)
    {
        switch (order.State)
        {
            case State.Fulfilled or State.PartiallyRefunded:
                return;
            case State.Refunded:
                throw DomainError.AmountNotAvailable(order.Name, 0, order.Total.CurrencyCode);
            case State.Confirmed when order.FulfilmentId is not null:
                throw DomainError.StepInProgress(order.Name);
            default:
                throw OrderGuards.Conflict(order, "only FULFILLED and PARTIALLY_REFUNDED orders can be refunded");
        }
    }

    /// <summary>Begins a refund that was planned by <see cref="RefundPlan"/>.</summary>
    public static Order BeginRefund(this Order order, OrderStep step, DateTimeOffset now) =>
        order.With(EventType.RefundStarted, step.Actor, step, order.Later(now));

    /// <summary>Payment did a step. What it does to an order that has moved on meanwhile is nothing.</summary>
    /// <param name="order">The order, with its lines.</param>
    /// <param name="step">The step, as it began.</param>
    /// <param name="running">The other steps that are running.</param>
    /// <param name="now">When.</param>
    /// <returns>The order, and the step with the lines that it came to.</returns>
    public static (Order Order, OrderStep Step) Complete(
        this Order order, OrderStep step, IReadOnlyCollection<OrderStep> running, DateTimeOffset now)
    {
        if (step.Kind == StepKind.Refund)
        {
            return order.State is State.Fulfilled or State.PartiallyRefunded
                ? order.Refund(step with { State = StepState.Done, Lines = RefundPlan.Place(order, running, step.AmountMinor, step.Lines) }, now)
                : (order, step with { State = StepState.Done });
        }

        var free = order.Release(step);
        return (
            free.State == State.Confirmed ? free.Next(EventType.Fulfilled, State.Fulfilled, string.Empty, now, step.Actor, step) : free,
            step with { State = StepState.Done });
    }

    /// <summary>A step was refused for good, and what it had reserved is free.</summary>
    /// <param name="order">The order.</param>
    /// <param name="step">The step.</param>
    /// <param name="reason">Why, in a word.</param>
    /// <param name="now">When.</param>
    public static (Order Order, OrderStep Step) Fail(this Order order, OrderStep step, string reason, DateTimeOffset now)
    {
        var type = step.Kind == StepKind.Refund ? EventType.RefundFailed : EventType.FulfillmentFailed;
        return (order.Release(step).With(type, Actors.Payment, step, order.Later(now), reason), step with { State = StepState.Refused });
    }

    private static Order Release(this Order order, OrderStep step) =>
        order.FulfilmentId == step.Id ? order with { FulfilmentId = null } : order;

    private static (Order Order, OrderStep Step) Refund(this Order order, OrderStep step, DateTimeOffset now)
    {
        var lines = order.Lines.ToArray();
        foreach (var (number, quantity, amount) in step.Lines)
        {
            lines[number - 1] = lines[number - 1] with
            {
                RefundedMinor = lines[number - 1].RefundedMinor + amount,
                RefundedQuantity = lines[number - 1].RefundedQuantity + quantity,
            };
        }

        var refunded = order.RefundedMinor + step.AmountMinor;
        var state = refunded == order.Total.MinorUnits ? State.Refunded : State.PartiallyRefunded;
        var after = order with { Lines = lines, RefundedMinor = refunded };
        return (after.Next(EventType.Refunded, state, string.Empty, now, step.Actor, step), step);
    }
}
