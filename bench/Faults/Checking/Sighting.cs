using Suite.Faults.History;
using OrderState = Suite.Contracts.Orders.V1.Order.Types.State;
using PaymentState = Suite.Contracts.Payments.V1.Payment.Types.State;

namespace Suite.Faults.Checking;

/// <summary>
/// An order or payment as a call saw it. An answer to a read is as fresh as its call; an answer to a write may be one that was given to the
/// same request before, so that it shows that something was, and not that it still is.
/// </summary>
/// <param name="Call">The call.</param>
/// <param name="Name">The order or payment.</param>
/// <param name="Version">Its version.</param>
/// <param name="State">Its state, by name.</param>
/// <param name="Facts">What else was seen of it, for comparing two sightings of a version; null when only version and state were seen.</param>
internal sealed record Sighting(ClientCall Call, string Name, long Version, string State, object? Facts)
{
    public bool IsRead => Call.RequestId.Length == 0;

    /// <summary>What a call saw of orders.</summary>
    public static IEnumerable<Sighting> OfOrders(ClientCall call)
    {
        foreach (var order in call.Orders)
        {
            yield return new Sighting(call, order.Name, order.Version, NameOf(order.State), order);
        }

        if (call.Events is [.., var last])
        {
            yield return new Sighting(call, last.Order, last.Version, NameOf(last.State), null);
        }
    }

    /// <summary>What a call saw of payments.</summary>
    public static IEnumerable<Sighting> OfPayments(ClientCall call) => call.Payments.Select(payment =>
        // Steps are not in lists.
        new Sighting(call, payment.Name, payment.Version, NameOf(payment.State), payment with { Steps = [] }));

    /// <summary>What a call saw of either.</summary>
    public static IEnumerable<Sighting> Of(ClientCall call) => call.Outcome == Outcome.Ok ? OfOrders(call).Concat(OfPayments(call)) : [];

    public static string NameOf(OrderState state) => $"order {state}";

    public static string NameOf(PaymentState state) => $"payment {state}";
}
