using Suite.Contracts.Ops.V1;
using Suite.Platform.Messaging;
using Suite.Platform.Projections;
using EventType = Suite.Contracts.Orders.V1.OrderEvent.Types.Type;

namespace Suite.Orders.Timelines;

/// <summary>
/// The stories of orders, as documents: what order, payment and customer told, by what happened. Sorted they are when they are read, see
/// <see cref="TimelineOrder"/>.
/// </summary>
internal sealed class TimelineProjection(ITimelineStore store, IEnumerable<IHistorySource> histories) : IProjection
{
    /// <summary>Its name.</summary>
    public const string ProjectionName = "timelines";

    private const int PageSize = 500;
    private const int ShownDifferences = 100;

    /// <summary>How long what was only in one of two generations may take to come into the other.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(2);

    public string Name => ProjectionName;

    public string Consumer => "order.timelines";

    public int Version => 1;

    public IReadOnlyList<string> Topics { get; } = [OrderModule.Topic, "suite.payment.v1", "suite.user.v1"];

    public IReadOnlyList<IHistorySource> Histories { get; } = [.. histories];

    public Task PrepareAsync(long generation, CancellationToken cancellationToken) => store.PrepareAsync(generation, cancellationToken);

    public Task DropAsync(long generation, CancellationToken cancellationToken) => store.DropAsync(generation, cancellationToken);

    public async Task ApplyAsync(IReadOnlyList<long> generations, IReadOnlyList<IncomingMessage> events, CancellationToken cancellationToken)
    {
        var changes = events.Select(TimelineEvents.Read).OfType<TimelineChange>().ToList();
        if (changes.Count == 0)
        {
            return;
        }

        var documents = changes
            .GroupBy(change => (change.Owner, change.Entry.Bucket))
            .Select(of => new TimelineDocument(
                of.Key.Owner,
                of.Key.Bucket,
                of.Select(change => change.CustomerId).FirstOrDefault(customer => customer is not null),
                [.. of.Select(change => change.Entry).DistinctBy(entry => entry.Key)]))
            .ToList();
        foreach (var generation in generations)
        {
            await store.SetAsync(generation, documents, cancellationToken);
            await EraseAsync(generation, changes, cancellationToken);
        }
    }

    public async Task<Comparison> CompareAsync(long serving, long other, CancellationToken cancellationToken)
    {
        var (count, suspects) = (0L, new List<Guid>());
        var (ours, theirs) = (new PagedWalk<TimelineDocument>(PageAsync(serving)), new PagedWalk<TimelineDocument>(PageAsync(other)));
        await foreach (var (a, b) in ours.BesideAsync(theirs, static (x, y) => (x.Owner, x.Bucket).CompareTo((y.Owner, y.Bucket)), cancellationToken))
        {
            count++;
            if (a is null || b is null || Difference(a, b) is not null)
            {
                suspects.Add((a ?? b)!.Owner);
            }
        }

        // What is told meanwhile is written to one after the other.
        var differences = new List<string>();
        var found = 0L;
        if (suspects.Count > 0)
        {
            await Task.Delay(Settling, cancellationToken);
        }

        foreach (var owners in suspects.Distinct().Chunk(PageSize))
        {
            var left = (await store.FindAsync(serving, owners, cancellationToken)).ToDictionary(document => (document.Owner, document.Bucket));
            var right = (await store.FindAsync(other, owners, cancellationToken)).ToDictionary(document => (document.Owner, document.Bucket));
            foreach (var at in left.Keys.Union(right.Keys).Order())
            {
                var difference = !left.TryGetValue(at, out var mine) ? "is missing"
                    : !right.TryGetValue(at, out var record) ? "is not in the record"
                    : Difference(mine, record);
                if (difference is not null)
                {
                    found++;
                    if (differences.Count < ShownDifferences)
                    {
                        differences.Add($"{at.Owner}: {difference}");
                    }
                }
            }
        }

        return new Comparison(count, found, differences);
    }

    /// <summary>What differs in a document, or null.</summary>
    private static string? Difference(TimelineDocument serving, TimelineDocument record)
    {
        if (serving.CustomerId != record.CustomerId)
        {
            return "its customer differs";
        }

        var ours = serving.Entries.ToDictionary(entry => entry.Key);
        var theirs = record.Entries.ToDictionary(entry => entry.Key);
        return theirs.Keys.FirstOrDefault(key => !ours.ContainsKey(key)) is { } missing ? $"{missing} is missing"
            : ours.Keys.FirstOrDefault(key => !theirs.ContainsKey(key)) is { } extra ? $"{extra} is not in the record"
            : ours.FirstOrDefault(entry => entry.Value != theirs[entry.Key]) is { Key: { } changed } ? $"{changed} is not as in the record"
            : null;
    }

    /// <summary>
    /// Empties what people typed in orders of customers who are gone. The customer's document, an order's text and whose order it is are each
    /// written before this looks for the others: whoever comes last finds them.
    /// </summary>
    private async Task EraseAsync(long generation, List<TimelineChange> changes, CancellationToken cancellationToken)
    {
        var gone = changes.Where(change => change.Entry.Type == EventType.CustomerDeleted).Select(change => change.Owner).ToHashSet();
        var orders = gone.Count > 0 ? (await store.OrdersOfAsync(generation, gone, cancellationToken)).ToHashSet() : [];
        var known = changes.Where(change => change.CustomerId is not null).DistinctBy(change => change.Owner).ToDictionary(change => change.Owner, change => change.CustomerId);
        var typed = changes.Where(change => change.Entry.HasTypedReason).Select(change => change.Owner).Where(order => !known.ContainsKey(order)).Distinct().ToList();
        foreach (var document in typed.Count > 0 ? await store.FindAsync(generation, typed, cancellationToken) : [])
        {
            known[document.Owner] = known.GetValueOrDefault(document.Owner) ?? document.CustomerId;
        }

        var customers = known.Where(of => of.Value is not null).ToLookup(of => of.Value!.Value, of => of.Key);
        foreach (var document in customers.Count > 0 ? await store.FindAsync(generation, [.. customers.Select(of => of.Key)], cancellationToken) : [])
        {
            if (document.Entries.Any(entry => entry.Type == EventType.CustomerDeleted))
            {
                orders.UnionWith(customers[document.Owner]);
            }
        }

        foreach (var some in orders.Chunk(PageSize))
        {
            var erased = (await store.FindAsync(generation, some, cancellationToken))
                .Select(document => document with { Entries = [.. document.Entries.Where(entry => entry.HasTypedReason).Select(entry => entry with { Reason = string.Empty })] })
                .Where(document => document.Entries.Count > 0)
                .ToList();
            if (erased.Count > 0)
            {
                await store.SetAsync(generation, erased, cancellationToken);
            }
        }
    }

    private Func<TimelineDocument?, CancellationToken, Task<IReadOnlyList<TimelineDocument>>> PageAsync(long generation) => (last, cancellationToken) =>
        store.PageAsync(generation, last?.Owner ?? Guid.Empty, last?.Bucket ?? -1, PageSize, cancellationToken);
}
