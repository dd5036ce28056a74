using Suite.Platform.Monetary;
using Suite.Platform.Naming;

namespace Suite.Orders.Domain;

/// <summary>One product of an order, at the price it had when the order was placed.</summary>
internal sealed record OrderLine(string Sku, int Quantity, MoneyAmount UnitPrice)
{
    public MoneyAmount Amount => UnitPrice with { MinorUnits = checked(UnitPrice.MinorUnits * Quantity) };

    public Contracts.Orders.V1.OrderLine ToProto() => new()
    {
        Product = ResourceName.Format(Product.Collection, Sku),
        Quantity = Quantity,
        UnitPrice = UnitPrice.ToProto(),
        Amount = Amount.ToProto(),
    };
}
