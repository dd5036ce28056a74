using Suite.Platform.Errors;
using Suite.Platform.Idempotency;

namespace Suite.Orders.Domain;

/// <summary>What a call gets when its step has ended: the order as it is then, or a refusal.</summary>
internal sealed record StepAnswer(RequestKey Request, Contracts.Orders.V1.Order? Order, DomainException? Refusal);

/// <summary>
/// An order under its lock, with its running steps: what answers and events do to it, one after the other. Payment's answer to a step and
/// its event are the same command, and so are two of either: the first one ends the step, and the others find it ended.
/// </summary>
internal sealed class OrderWork
{
    private readonly Dictionary<Guid, OrderStep> _running;
    private readonly HashSet<Guid> _known;

    /// <param name="order">The order, with its lines where steps are involved.</param>
    /// <param name="steps">Its steps: those that are open, and those that are asked about.</param>
    public OrderWork(Order order, IEnumerable<OrderStep> steps)
    {
        Order = order;
        var all = steps.ToList();
        _known = [.. all.Select(step => step.Id)];
        _running = all.Where(step => step.State == StepState.Open).ToDictionary(step => step.Id);
    }

    public Order Order { get; private set; }

    /// <summary>Steps that have ended.</summary>
    public List<OrderStep> Ended { get; } = [];

    /// <summary>Steps that a backend had at Payment itself, which are over as they come.</summary>
    public List<OrderStep> Added { get; } = [];

    /// <summary>What those are to get who began the steps that have ended.</summary>
    public List<StepAnswer> Answers { get; } = [];

    /// <summary>Something that is no step.</summary>
    public void Apply(Func<Order, Order> change) => Order = change(Order);

    /// <summary>Payment did a step of ours.</summary>
    /// <returns>Whether it was running.</returns>
    public bool Complete(Guid stepId, DateTimeOffset now)
    {
        if (!_running.Remove(stepId, out var step))
        {
            return false;
        }

        var (order, ended) = Order.Complete(step, _running.Values, now);
        Order = order;
        Ended.Add(ended);
        if (step.Request is { } request)
        {
            Answers.Add(new StepAnswer(request, order.ToProto(), null));
        }

        return true;
    }

    /// <summary>A step of ours was refused for good. Does nothing when it is not running.</summary>
    public void Refuse(Guid stepId, string reason, DomainException refusal, DateTimeOffset now)
    {
        if (!_running.Remove(stepId, out var step))
        {
            return;
        }

        var (order, ended) = Order.Fail(step, reason, now);
        Order = order;
        Ended.Add(ended);
        if (step.Request is { } request)
        {
            Answers.Add(new StepAnswer(request, null, refusal));
        }
    }

    /// <summary>Money was taken, for a step of ours or because a backend asked Payment for it.</summary>
    public void Captured(Guid paymentId, Guid stepId, long amountMinor, DateTimeOffset now)
    {
        if (_known.Contains(stepId))
        {
            Complete(stepId, now);
            return;
        }

        Order = Order.Confirm(paymentId, now);
        Add(stepId, StepKind.Fulfil, amountMinor, now);
    }

    /// <summary>Money was given back, for a step of ours or because a backend asked Payment for it.</summary>
    /// <exception cref="InvalidOperationException">It is more than was paid.</exception>
    public void Refunded(Guid stepId, long amountMinor, DateTimeOffset now)
    {
        if (_known.Contains(stepId))
        {
            Complete(stepId, now);
            return;
        }

        Add(stepId, StepKind.Refund, amountMinor, now);
    }

    /// <summary>The provider refused a step for good.</summary>
    public void Refused(Guid stepId, string reason, DateTimeOffset now) =>
        Refuse(stepId, reason, DomainError.ProviderRefused(Order.Name, reason), now);

    /// <summary>Nothing is held any more: an order that waited for it is over, and a fulfilment that was running comes to nothing.</summary>
    public void Voided(string reason, DateTimeOffset now)
    {
        if (Order.FulfilmentId is { } fulfilment)
        {
            Refused(fulfilment, reason, now);
        }

        Order = Order.CancelFor(reason, now, Actors.Payment);
    }

    private void Add(Guid stepId, StepKind kind, long amountMinor, DateTimeOffset now)
    {
        var step = new OrderStep { Id = stepId, OrderId = Order.Id, Kind = kind, AmountMinor = amountMinor, Actor = Actors.Payment };
        var (order, ended) = Order.Complete(step, _running.Values, now);
        Order = order;
        Added.Add(ended);
        _known.Add(stepId);
    }
}
