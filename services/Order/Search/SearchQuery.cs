namespace Suite.Orders.Search;

/// <summary>A part of a query: words that stand beside each other, or a comparison.</summary>
/// <param name="IsNot">Whether it must not match.</param>
internal abstract record QueryPart(bool IsNot);

/// <summary>Words that stand beside each other in one text.</summary>
/// <param name="Words">At least one, as they are compared.</param>
/// <param name="IsPrefix">Whether the last one is only the beginning of a word.</param>
/// <param name="IsNot">See <see cref="QueryPart"/>.</param>
internal sealed record WordsPart(IReadOnlyList<string> Words, bool IsPrefix, bool IsNot) : QueryPart(IsNot);

/// <summary>A field that has one of the values of its kind.</summary>
/// <param name="Field">The field.</param>
/// <param name="Value">A state's number, an id, a currency or a SKU.</param>
/// <param name="IsNot">See <see cref="QueryPart"/>.</param>
internal sealed record ValuePart(SearchField Field, object Value, bool IsNot) : QueryPart(IsNot);

/// <summary>A field that lies in a range.</summary>
/// <param name="Field">The field.</param>
/// <param name="From">The lowest: an amount (decimal), or microseconds since 1970 (long); null for none.</param>
/// <param name="IsFromIncluded">Whether the lowest itself is in it.</param>
/// <param name="To">The highest; null for none.</param>
/// <param name="IsToIncluded">Whether the highest itself is in it.</param>
/// <param name="IsNot">See <see cref="QueryPart"/>.</param>
internal sealed record RangePart(SearchField Field, object? From, bool IsFromIncluded, object? To, bool IsToIncluded, bool IsNot) : QueryPart(IsNot);

/// <summary>What can be compared.</summary>
internal enum SearchField
{
    /// <summary>The state.</summary>
    State = 1,

    /// <summary>Who bought.</summary>
    Customer = 2,

    /// <summary>The payment.</summary>
    Payment = 3,

    /// <summary>The SKU of a line.</summary>
    Product = 4,

    /// <summary>The currency.</summary>
    Currency = 5,

    /// <summary>The total, in whatever currency.</summary>
    Total = 6,

    /// <summary>When it was placed.</summary>
    CreateTime = 7,

    /// <summary>When it last changed.</summary>
    UpdateTime = 8,
}

/// <summary>What comes first.</summary>
internal enum SearchSort
{
    /// <summary>What fits best.</summary>
    Relevance = 1,

    /// <summary>By when it was placed.</summary>
    CreateTime = 2,

    /// <summary>By when it last changed.</summary>
    UpdateTime = 3,

    /// <summary>By the total, whatever the currency.</summary>
    Total = 4,
}

/// <summary>A search, as an index is asked.</summary>
/// <param name="Parts">All of them have to match.</param>
/// <param name="Sort">What comes first.</param>
/// <param name="IsDescending">Whether the largest does.</param>
internal sealed record SearchQuery(IReadOnlyList<QueryPart> Parts, SearchSort Sort, bool IsDescending)
{
    /// <summary>The words that have to match, which are what highlights show.</summary>
    public IEnumerable<WordsPart> Wanted => Parts.OfType<WordsPart>().Where(part => !part.IsNot);
}
