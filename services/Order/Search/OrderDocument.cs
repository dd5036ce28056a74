using State = Suite.Contracts.Orders.V1.Order.Types.State;

namespace Suite.Orders.Search;

/// <summary>An order as an index holds it: what can be looked for.</summary>
internal sealed record OrderDocument
{
    public required Guid Id { get; init; }

    /// <summary>
    /// Grows with everything that can change the rest: the order's version, the place of what happened last in it, and whether what was typed
    /// is erased. Of two documents of an order the one with the larger stays.
    /// </summary>
    public required long Version { get; init; }

    public required Guid CustomerId { get; init; }

    public Guid? PaymentId { get; init; }

    public required State State { get; init; }

    public required string CurrencyCode { get; init; }

    /// <summary>The total in whole units of the currency.</summary>
    public required decimal Total { get; init; }

    /// <summary>Microseconds since 1970, UTC.</summary>
    public required long CreateTime { get; init; }

    /// <summary>Microseconds since 1970, UTC.</summary>
    public required long UpdateTime { get; init; }

    /// <summary>The SKUs of its lines, each once.</summary>
    public required IReadOnlyList<string> Skus { get; init; }

    /// <summary>Its texts.</summary>
    public required OrderTexts Texts { get; init; }

    /// <summary>The ids of the order, its customer and its payment, which can be found as words are.</summary>
    public IEnumerable<string> Ids => ((Guid?[])[Id, CustomerId, PaymentId]).OfType<Guid>().Select(id => id.ToString());

    /// <summary>What differs from another document of the same order, or null.</summary>
    public string? DifferenceTo(OrderDocument other) => this with { Skus = [], Texts = OrderTexts.None, Version = 0 } != other with { Skus = [], Texts = OrderTexts.None, Version = 0 }
        ? "its state, total, customer, payment or times differ"
        : !Skus.SequenceEqual(other.Skus) ? "its products differ"
        : !Texts.All.SequenceEqual(other.Texts.All) ? "its texts differ"
        : null;
}

/// <summary>The texts of an order, by what they are.</summary>
/// <param name="Products">Names and SKUs of products.</param>
/// <param name="Adjustments">Names of adjustments.</param>
/// <param name="Reasons">Reasons and notes.</param>
internal sealed record OrderTexts(IReadOnlyList<string> Products, IReadOnlyList<string> Adjustments, IReadOnlyList<string> Reasons)
{
    public static readonly OrderTexts None = new([], [], []);

    /// <summary>Each with the name of its field.</summary>
    public IEnumerable<(string Field, string Text)> All =>
    [
        .. Products.Select(text => ("products", text)), .. Adjustments.Select(text => ("adjustments", text)), .. Reasons.Select(text => ("reasons", text)),
    ];
}
