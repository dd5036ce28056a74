namespace Suite.Orders.Search;

/// <summary>Where a page ended: the value it is sorted by, and the order's id. It stands in a sealed page token.</summary>
internal static class SearchCursor
{
    public static string Write(string value, Guid id) => $"{id:N} {value}";

    public static (string Value, Guid Id) Read(string cursor) => (cursor[33..], Guid.ParseExact(cursor.AsSpan(0, 32), "N"));
}
