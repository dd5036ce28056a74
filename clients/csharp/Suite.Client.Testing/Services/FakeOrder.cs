using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Google.Type;
using Suite.Contracts.Orders.V1;

namespace Suite.Client.Testing;

/// <summary>An order with its history.</summary>
internal sealed class FakeOrder(Order first, string paymentMethod)
{
    private readonly List<Order> _history = [first];
    private readonly List<OrderEvent> _events = [];

    public string PaymentMethod => paymentMethod;

    public Order Current => _history[^1];

    public IReadOnlyList<OrderEvent> Events => _events;

    public bool IsFinal => Current.State is Order.Types.State.Rejected or Order.Types.State.Cancelled or Order.Types.State.Refunded;

    /// <summary>The states above a version; all from the present one when it is 0.</summary>
    public IReadOnlyList<Order> After(long version) =>
        version == 0 ? [Current.Clone()] : [.. _history.Where(o => o.Version > version).Select(o => o.Clone())];

    public void Move(Order.Types.State state, string reason, Timestamp now, string? payment = null, Action<Order>? change = null)
    {
        var next = Current.Clone();
        next.State = state;
        next.StateReason = reason;
        next.Payment = payment ?? next.Payment;
        next.Version++;
        next.Etag = next.Version.ToString(CultureInfo.InvariantCulture);
        next.UpdateTime = now;
        change?.Invoke(next);
        _history.Add(next);
    }

    /// <summary>Notes what has just happened.</summary>
    public void Tell(
        OrderEvent.Types.Type type, string actor, Timestamp now, string reason = "", Money? amount = null, string step = "") =>
        _events.Add(new OrderEvent
        {
            Sequence = _events.Count + 1,
            Type = type,
            State = Current.State,
            Version = Current.Version,
            EventTime = now,
            Actor = actor,
            Reason = reason,
            Amount = amount?.Clone(),
            Step = step,
        });
}
