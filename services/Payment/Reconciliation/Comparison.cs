using System.Globalization;
using Suite.Contracts.Orders.V1;
using Suite.Contracts.Payments.V1;
using Suite.Payments.Providers;
using Suite.Platform.Monetary;
using Kind = Suite.Contracts.Payments.V1.Difference.Types.Kind;
using OrderState = Suite.Contracts.Orders.V1.Order.Types.State;
using State = Suite.Contracts.Payments.V1.Payment.Types.State;

namespace Suite.Payments.Reconciliation;

/// <summary>
/// Compares what two records say about one payment. What a step that is running may change is allowed to be either: what was, or
/// what will have been.
/// </summary>
internal static class Comparison
{
    /// <summary>The payment and its postings, which commit together: there is no moment at which they differ.</summary>
    public static IEnumerable<Difference> WithLedger(PaymentFacts payment)
    {
        var ledger = payment.Ledger;
        var clearing = (decimal)payment.CapturedMinor - payment.RefundedMinor - payment.DisputedMinor;
        return new[]
        {
            ("held_amount", payment.HeldMinor, ledger.Held),
            ("captured_amount", payment.CapturedMinor, ledger.Captured),
            ("refunded_amount", payment.RefundedMinor, ledger.Refunded),
            ("disputed_amount", payment.DisputedMinor, ledger.Disputed),
            ("clearing_balance", clearing, ledger.Clearing),
        }.Where(field => field.Item2 != field.Item3).Select(field => New(
            Kind.PaymentLedger,
            payment.Name,
            field.Item1,
            Text(field.Item2, payment),
            Text(field.Item3, payment),
            Advice.OfLedger));
    }

    /// <summary>The payment and what the provider believes of it.</summary>
    /// <param name="payment">The payment.</param>
    /// <param name="provider">Null when the provider does not know of it.</param>
    public static IEnumerable<Difference> WithProvider(PaymentFacts payment, ProviderPayment? provider)
    {
        if (provider is null)
        {
            if (payment.MustBeAtProvider)
            {
                yield return New(
                    Kind.PaymentProvider, payment.Name, "provider_reference", payment.ProviderReference, "(unknown to the provider)", Advice.OfUnknown);
            }

            yield break;
        }

        if (provider.Authorized.MinorUnits != 0 && provider.Authorized != payment.Amount)
        {
            yield return Of("amount", payment.Amount.MinorUnits, Text(provider.Authorized), Advice.OfAmount);
        }

        if (payment.ProviderReference.Length > 0 && provider.Reference != payment.ProviderReference)
        {
            yield return New(
                Kind.PaymentProvider, payment.Name, "provider_reference", payment.ProviderReference, provider.Reference, Advice.OfReference);
        }

        // A void that is running may have released all of it, a capture that is running may have released the rest.
        if (provider.HeldMinor != payment.HeldMinor && !(payment.IsInFlight && provider.HeldMinor <= payment.Amount.MinorUnits))
        {
            yield return Of(
                "held_amount",
                payment.HeldMinor,
                Text(provider.HeldMinor, payment),
                provider.HeldMinor > payment.HeldMinor ? Advice.OfForgottenHold : Advice.OfLostHold);
        }

        if (provider.CapturedMinor < payment.CapturedMinor || provider.CapturedMinor > payment.CapturedMinor + payment.CapturingMinor)
        {
            yield return Of("captured_amount", payment.CapturedMinor, Text(provider.CapturedMinor, payment), Advice.OfStep);
        }

        if (provider.RefundedMinor < payment.RefundedMinor || provider.RefundedMinor > payment.RefundedMinor + payment.RefundingMinor)
        {
            yield return Of("refunded_amount", payment.RefundedMinor, Text(provider.RefundedMinor, payment), Advice.OfStep);
        }

        if (provider.DisputedMinor != payment.DisputedMinor)
        {
            yield return Of("disputed_amount", payment.DisputedMinor, Text(provider.DisputedMinor, payment), Advice.OfDispute);
        }

        Difference Of(string field, long expected, string found, string advice) =>
            New(Kind.PaymentProvider, payment.Name, field, Text(expected, payment), found, advice);
    }

    /// <summary>A payment of the provider's that nobody here knows of.</summary>
    public static Difference OfProviderAlone(ProviderPayment provider) => New(
        Kind.ProviderOnly,
        provider.Reference,
        "payment",
        "(no payment here)",
        $"{Text(provider.Authorized)} authorized, {Text(new MoneyAmount(provider.CapturedMinor, provider.Authorized.CurrencyCode))} captured",
        Advice.OfProviderAlone);

    /// <summary>An order and its payment.</summary>
    /// <param name="order">Null when the Order service does not know of it.</param>
    /// <param name="payment">Null when there is none.</param>
    public static IEnumerable<Difference> OfOrder(Order? order, PaymentFacts? payment)
    {
        if (payment is null)
        {
            if (order is not null && MustHavePayment(order.State))
            {
                yield return New(
                    Kind.OrderOnly, order.Name, "payment", order.Payment.Length > 0 ? order.Payment : "a payment", "(none)", Advice.OfOrderAlone);
            }

            yield break;
        }

        if (order is null)
        {
            if (!payment.IsByCall)
            {
                yield return New(Kind.OrderPayment, payment.Name, "order", payment.OrderName, "(unknown to the Order service)", Advice.OfLostOrder);
            }

            yield break;
        }

        if (order.Payment.Length > 0 && order.Payment != payment.Name)
        {
            yield return Of("payment", order.Payment, payment.Name);
        }

        var total = MoneyAmount.FromProto(order.Total, "total");
        if (total != payment.Amount)
        {
            yield return Of("amount", Text(total), Text(payment.Amount));
        }

        if (!Allows(order.State, payment))
        {
            yield return Of("state", Name(order.State), payment.IsInFlight ? $"{Name(payment.State)} (a step is running)" : Name(payment.State));
        }

        var refunded = order.RefundedAmount is { } money ? MoneyAmount.FromProto(money, "refunded_amount").MinorUnits : 0;
        if (refunded != payment.RefundedMinor && order.State != OrderState.Cancelled)
        {
            yield return Of("refunded_amount", Text(refunded, payment), Text(payment.RefundedMinor, payment));
        }

        if (MustBeCaptured(order.State) && payment.CapturedMinor != total.MinorUnits)
        {
            yield return Of("captured_amount", Text(total), Text(payment.CapturedMinor, payment));
        }

        Difference Of(string field, string expected, string found) =>
            New(Kind.OrderPayment, order.Name, field, expected, found, Advice.OfOrder(field));
    }

    /// <summary>Which states of a payment belong to a state of its order.</summary>
    private static bool Allows(OrderState order, PaymentFacts payment) => order switch
    {
        OrderState.Pending => payment.State is State.Pending or State.RequiresAction,
        // The event is on its way while a capture, a void or a refund is running.
        OrderState.Confirmed => payment.State == State.Authorized,
        OrderState.Rejected => payment.State == State.Declined,
        // What a backend captured while the order was cancelled is given back.
        OrderState.Cancelled => payment.State is State.Voided or State.Declined or State.Refunded || payment is { IsInFlight: true, CapturedMinor: 0 }
            || payment is { State: State.Authorized, Amount.MinorUnits: 0 },
        // Nothing is captured of nothing.
        OrderState.Fulfilled => payment.State == State.Captured || payment is { State: State.Authorized, Amount.MinorUnits: 0 },
        OrderState.PartiallyRefunded => payment.State == State.PartiallyRefunded,
        OrderState.Refunded => payment.State == State.Refunded,
        _ => false,
    };

    private static bool MustHavePayment(OrderState state) => state is not (OrderState.Pending or OrderState.Rejected or OrderState.Cancelled);

    private static bool MustBeCaptured(OrderState state) =>
        state is OrderState.Fulfilled or OrderState.PartiallyRefunded or OrderState.Refunded;

    private static Difference New(Kind kind, string resource, string field, string expected, string found, string advice) => new()
    {
        Kind = kind,
        Resource = resource,
        Field = field,
        Expected = expected,
        Found = found,
        Advice = advice,
    };

    private static string Text(decimal minorUnits, PaymentFacts payment) => Text(minorUnits, payment.Amount.CurrencyCode);

    private static string Text(MoneyAmount amount) => Text(amount.MinorUnits, amount.CurrencyCode);

    private static string Text(decimal minorUnits, string currency)
    {
        var exponent = Currency.TryGetExponent(currency, out var digits) ? digits : 0;
        var amount = minorUnits * new decimal(1, 0, 0, false, (byte)exponent);
        return $"{amount.ToString("F" + exponent.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture)} {currency}";
    }

    private static string Name(OrderState state) =>
        Order.Descriptor.EnumTypes[0].FindValueByNumber((int)state)?.Name ?? state.ToString();

    private static string Name(State state) =>
        Payment.Descriptor.EnumTypes[0].FindValueByNumber((int)state)?.Name ?? state.ToString();
}
