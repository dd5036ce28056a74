namespace Suite.Platform.Listing;

/// <summary>The order of a list.</summary>
/// <param name="Field">The field, as the contract spells it.</param>
/// <param name="Descending">Whether the largest comes first.</param>
public sealed record SortOrder(string Field, bool Descending)
{
    /// <summary>As <c>order_by</c> spells it, always in the same way.</summary>
    public override string ToString() => Descending ? $"{Field} desc" : Field;
}
