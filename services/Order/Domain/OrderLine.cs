using Suite.Platform.Monetary;
using Suite.Platform.Naming;

namespace Suite.Orders.Domain;

/// <summary>One product of an order, at the price it had when the order was placed.</summary>
internal sealed record OrderLine(string Sku, int Quantity, MoneyAmount UnitPrice)
{
    public MoneyAmount Amount => UnitPrice with { MinorUnits = checked(UnitPrice.MinorUnits * Quantity) };

    /// <summary>The amount with the line's share of the adjustments, in minor units; fixed when the order commits.</summary>
    public long TotalMinor { get; init; }

    /// <summary>How much of the total was given back, in minor units.</summary>
    public long RefundedMinor { get; init; }

    /// <summary>How many units were given back by refunds of lines.</summary>
    public int RefundedQuantity { get; init; }

    public Contracts.Orders.V1.OrderLine ToProto() => new()
    {
        Product = ResourceName.Format(Product.Collection, Sku),
        Quantity = Quantity,
        UnitPrice = UnitPrice.ToProto(),
        Amount = Amount.ToProto(),
        Total = (UnitPrice with { MinorUnits = TotalMinor }).ToProto(),
        RefundedAmount = RefundedMinor > 0 ? (UnitPrice with { MinorUnits = RefundedMinor }).ToProto() : null,
        RefundedQuantity = RefundedQuantity,
    };
}
