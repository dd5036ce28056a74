namespace Suite.Platform.Listing;

/// <summary>One comparison of a filter.</summary>
/// <param name="Field">The field on the left.</param>
/// <param name="Operator">One of = != &lt; &lt;= &gt; &gt;=.</param>
/// <param name="Value">The value on the right, without quotes.</param>
/// <param name="Position">Where the comparison starts, in characters from 0.</param>
public sealed record FilterTerm(string Field, string Operator, string Value, int Position);
