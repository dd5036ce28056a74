using System.Collections.Frozen;
using OrderState = Suite.Contracts.Orders.V1.Order.Types.State;
using PaymentState = Suite.Contracts.Payments.V1.Payment.Types.State;

namespace Suite.Faults.Checking;

/// <summary>The lives that orders and payments can have, as the contract tells them.</summary>
internal static class Lives
{
    private static readonly FrozenDictionary<string, string[]> Steps = new[]
    {
        Order(OrderState.Pending, OrderState.Confirmed, OrderState.Rejected, OrderState.Cancelled),
        Order(OrderState.Confirmed, OrderState.Fulfilled, OrderState.Cancelled),
        Order(OrderState.Fulfilled, OrderState.PartiallyRefunded, OrderState.Refunded),
        Order(OrderState.PartiallyRefunded, OrderState.Refunded),
        Order(OrderState.Rejected),
        Order(OrderState.Cancelled),
        Order(OrderState.Refunded),
        Payment(PaymentState.Pending, PaymentState.RequiresAction, PaymentState.Authorized, PaymentState.Declined, PaymentState.Voided),
        Payment(PaymentState.RequiresAction, PaymentState.Authorized, PaymentState.Declined, PaymentState.Voided),
        Payment(PaymentState.Authorized, PaymentState.Captured, PaymentState.Voided, PaymentState.PartiallyRefunded, PaymentState.Refunded),
        Payment(PaymentState.Captured, PaymentState.PartiallyRefunded, PaymentState.Refunded),
        Payment(PaymentState.PartiallyRefunded, PaymentState.Refunded),
        Payment(PaymentState.Declined),
        Payment(PaymentState.Voided),
        Payment(PaymentState.Refunded),
    }.ToFrozenDictionary(step => step.From, step => step.To);

    private static readonly FrozenDictionary<string, FrozenSet<string>> Reachable =
        Steps.Keys.ToFrozenDictionary(state => state, state => After(state).ToFrozenSet());

    /// <summary>Whether one state can have followed another, with any number of others between them, or is the same.</summary>
    public static bool CanCome(string from, string to) => from == to || (Reachable.TryGetValue(from, out var states) && states.Contains(to));

    /// <summary>Whether one state can follow another at once, or is the same.</summary>
    public static bool CanFollow(string from, string to) => from == to || (Steps.TryGetValue(from, out var states) && states.Contains(to));

    /// <summary>Whether nothing can follow.</summary>
    public static bool IsFinal(string state) => Reachable.TryGetValue(state, out var states) && states.Count == 0;

    private static (string From, string[] To) Order(OrderState from, params OrderState[] to) =>
        (Sighting.NameOf(from), Array.ConvertAll(to, Sighting.NameOf));

    private static (string From, string[] To) Payment(PaymentState from, params PaymentState[] to) =>
        (Sighting.NameOf(from), Array.ConvertAll(to, Sighting.NameOf));

    private static IEnumerable<string> After(string state) => Steps[state].SelectMany(following => After(following).Prepend(following));
}
