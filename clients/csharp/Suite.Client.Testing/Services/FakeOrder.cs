using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Suite.Contracts.Orders.V1;

namespace Suite.Client.Testing;

/// <summary>An order with its history.</summary>
internal sealed class FakeOrder(Order first, string paymentMethod)
{
    private readonly List<Order> _history = [first];

    public string PaymentMethod => paymentMethod;

    public Order Current => _history[^1];

    public bool IsFinal => Current.State is Order.Types.State.Rejected or Order.Types.State.Cancelled;

    /// <summary>The states above a version; all from the present one when it is 0.</summary>
    public IReadOnlyList<Order> After(long version) =>
        version == 0 ? [Current.Clone()] : [.. _history.Where(o => o.Version > version).Select(o => o.Clone())];

    public void Move(Order.Types.State state, string reason, Timestamp now, string? payment = null)
    {
        var next = Current.Clone();
        next.State = state;
        next.StateReason = reason;
        next.Payment = payment ?? next.Payment;
        next.Version++;
        next.Etag = next.Version.ToString(CultureInfo.InvariantCulture);
        next.UpdateTime = now;
        _history.Add(next);
    }
}
