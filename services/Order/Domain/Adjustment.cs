using Suite.Contracts.Orders.V1;
using Suite.Platform.Errors;
using Suite.Platform.Monetary;
using Kind = Suite.Contracts.Orders.V1.OrderAdjustment.Types.Kind;

namespace Suite.Orders.Domain;

/// <summary>An amount beside the lines of an order, with the sign of its kind.</summary>
/// <param name="Kind">What it is for.</param>
/// <param name="Amount">Zero or more for SHIPPING and TAX, zero or less for DISCOUNT and CREDIT.</param>
/// <param name="DisplayName">What to show to people.</param>
internal sealed record Adjustment(Kind Kind, MoneyAmount Amount, string DisplayName)
{
    /// <summary>Reads what a backend gave.</summary>
    /// <exception cref="DomainException">INVALID_ARGUMENT naming the field: no kind, a sign that is not the kind's, digits the currency has not.</exception>
    public static Adjustment FromProto(OrderAdjustment adjustment, string field)
    {
        var sign = adjustment.Kind switch
        {
            Kind.Shipping or Kind.Tax => 1,
            Kind.Discount or Kind.Credit => -1,
            _ => throw DomainError.InvalidArgument($"{field}.kind", "must be SHIPPING, TAX, DISCOUNT or CREDIT."),
        };
        var amount = MoneyAmount.FromProto(adjustment.Amount, $"{field}.amount");
        return Math.Sign(amount.MinorUnits) == -sign
            ? throw DomainError.InvalidArgument(
                $"{field}.amount", $"must be zero or {(sign > 0 ? "more" : "less")} for {adjustment.Kind.ToString().ToUpperInvariant()}.")
            : new Adjustment(adjustment.Kind, amount, adjustment.DisplayName);
    }

    public OrderAdjustment ToProto() => new() { Kind = Kind, Amount = Amount.ToProto(), DisplayName = DisplayName };
}
