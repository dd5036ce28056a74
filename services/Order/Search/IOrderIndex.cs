namespace Suite.Orders.Search;

/// <summary>An order that was found.</summary>
/// <param name="Id">The order.</param>
/// <param name="Texts">Its texts, as they were found.</param>
/// <param name="Cursor">Where to go on behind it.</param>
internal sealed record FoundOrder(Guid Id, OrderTexts Texts, string Cursor);

/// <summary>How many match, by something they have in common.</summary>
/// <param name="Total">All.</param>
/// <param name="States">By the state's number.</param>
/// <param name="Currencies">By currency.</param>
/// <param name="Days">The latest hundred days of create_time with any, latest first.</param>
internal sealed record FoundCounts(
    long Total,
    IReadOnlyList<(int State, long Count)> States,
    IReadOnlyList<(string Currency, long Count)> Currencies,
    IReadOnlyList<(DateOnly Day, long Count)> Days);

/// <summary>
/// Where orders are found by what is in them. Of two documents of an order the one with the larger version stays, whichever comes first. What is
/// put is durable when the call returns, and found <see cref="Delay"/> later at the latest. An index that is away is UNAVAILABLE.
/// </summary>
internal interface IOrderIndex
{
    /// <summary>How long it takes at most until what was put is found.</summary>
    TimeSpan Delay { get; }

    /// <summary>Makes the place of a generation.</summary>
    Task PrepareAsync(long generation, CancellationToken cancellationToken);

    /// <summary>Puts documents, each order's once.</summary>
    Task PutAsync(long generation, IReadOnlyList<OrderDocument> documents, CancellationToken cancellationToken);

    /// <summary>Up to <paramref name="count"/> orders that match, of <paramref name="customer"/> alone where one is given, behind a cursor.</summary>
    Task<IReadOnlyList<FoundOrder>> SearchAsync(
        long generation, SearchQuery query, Guid? customer, string? cursor, int count, CancellationToken cancellationToken);

    /// <summary>How many match.</summary>
    Task<FoundCounts> CountAsync(long generation, SearchQuery query, Guid? customer, CancellationToken cancellationToken);

    /// <summary>Up to <paramref name="count"/> documents behind an order, by its id.</summary>
    Task<IReadOnlyList<OrderDocument>> PageAsync(long generation, Guid after, int count, CancellationToken cancellationToken);

    /// <summary>Hears which generation readers are given from now on.</summary>
    Task ServeAsync(long generation, CancellationToken cancellationToken);

    /// <summary>Lets everything that was put be found now.</summary>
    Task RefreshAsync(long generation, CancellationToken cancellationToken);

    /// <summary>Removes a generation.</summary>
    Task DropAsync(long generation, CancellationToken cancellationToken);
}
