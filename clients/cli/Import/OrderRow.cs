namespace Suite.Cli.Import;

/// <summary>One order of a file, as it was written.</summary>
/// <param name="Reference">The caller's own order number; what the request id is derived from.</param>
/// <param name="Customer">A reference of the users file, or <c>users/{uuid}</c>.</param>
/// <param name="Lines">What is ordered, 1 to 500 lines.</param>
/// <param name="PaymentMethod">The provider's token.</param>
internal sealed record OrderRow(string Reference, string Customer, IReadOnlyList<OrderRow.Line> Lines, string PaymentMethod)
{
    /// <summary>One product and how many units of it.</summary>
    internal readonly record struct Line(string Sku, int Quantity);
}
