using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Suite.Platform.Monetary;
using Suite.Platform.Naming;
using State = Suite.Contracts.Orders.V1.Product.Types.State;

namespace Suite.Orders.Domain;

/// <summary>An entry of the price book.</summary>
internal sealed record Product(
    string Sku,
    string DisplayName,
    MoneyAmount Price,
    State State,
    long Version,
    DateTimeOffset CreateTime,
    DateTimeOffset UpdateTime)
{
    public const string Collection = "products";

    public bool IsSold => State == State.Active;

    public static Product Create(string sku, string displayName, MoneyAmount price, DateTimeOffset now) =>
        new(sku, displayName, price, State.Active, 1, now, now);

    public Contracts.Orders.V1.Product ToProto() => new()
    {
        Name = ResourceName.Format(Collection, Sku),
        DisplayName = DisplayName,
        Price = Price.ToProto(),
        State = State,
        CreateTime = Timestamp.FromDateTimeOffset(CreateTime),
        UpdateTime = Timestamp.FromDateTimeOffset(UpdateTime),
        Etag = Version.ToString(CultureInfo.InvariantCulture),
    };
}
