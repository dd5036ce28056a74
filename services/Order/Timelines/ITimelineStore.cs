namespace Suite.Orders.Timelines;

/// <summary>A document: what was told of one order or customer, in one of its buckets.</summary>
/// <param name="Owner">The order or customer.</param>
/// <param name="Bucket">Which bucket, from 0.</param>
/// <param name="CustomerId">Whose order it is; known in bucket 0 of an order alone.</param>
/// <param name="Entries">The entries, in no order.</param>
internal sealed record TimelineDocument(Guid Owner, long Bucket, Guid? CustomerId, IReadOnlyList<TimelineEntry> Entries);

/// <summary>
/// Where the documents are. Writing an entry is setting it, by its key: doing it again, or in another order, gives the same document. What
/// is written is durable when the call returns. A store that is away is UNAVAILABLE.
/// </summary>
internal interface ITimelineStore
{
    /// <summary>Makes the place of a generation, with its indexes.</summary>
    Task PrepareAsync(long generation, CancellationToken cancellationToken);

    /// <summary>Sets entries. Documents are made as they are needed; none is read before.</summary>
    Task SetAsync(long generation, IReadOnlyList<TimelineDocument> changes, CancellationToken cancellationToken);

    /// <summary>Every document of owners, in no order.</summary>
    Task<IReadOnlyList<TimelineDocument>> FindAsync(long generation, IReadOnlyCollection<Guid> owners, CancellationToken cancellationToken);

    /// <summary>The orders of customers.</summary>
    Task<IReadOnlyList<Guid>> OrdersOfAsync(long generation, IReadOnlyCollection<Guid> customers, CancellationToken cancellationToken);

    /// <summary>Up to <paramref name="count"/> documents behind a place, by owner and bucket.</summary>
    Task<IReadOnlyList<TimelineDocument>> PageAsync(long generation, Guid afterOwner, long afterBucket, int count, CancellationToken cancellationToken);

    /// <summary>Removes a generation.</summary>
    Task DropAsync(long generation, CancellationToken cancellationToken);
}
