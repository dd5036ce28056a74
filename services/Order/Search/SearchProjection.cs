using Suite.Contracts.Users.V1;
using Suite.Platform.Errors;
using Suite.Platform.Messaging;
using Suite.Platform.Naming;
using Suite.Platform.Projections;

namespace Suite.Orders.Search;

/// <summary>
/// Keeps the index. An event only says that there is something new of an order: what is put is read from the record, with a version that
/// grows with it. So no two readings of an order contradict each other, whatever the order they arrive in.
/// </summary>
internal sealed class SearchProjection(IOrderIndex index, OrderRecord record) : IProjection
{
    /// <summary>Its name.</summary>
    public const string ProjectionName = "search";

    private const int PageSize = 500;
    private const int ShownDifferences = 100;

    /// <summary>How long what was only in one of two generations may take to come into the other.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(2);

    public string Name => ProjectionName;

    public string Consumer => "order.search";

    public int Version => 1;

    public IReadOnlyList<string> Topics { get; } = [OrderModule.Topic, "suite.user.v1"];

    public IReadOnlyList<IHistorySource> Histories { get; } = [record];

    public Task PrepareAsync(long generation, CancellationToken cancellationToken) => index.PrepareAsync(generation, cancellationToken);

    public Task SettleAsync(long generation, CancellationToken cancellationToken) => index.RefreshAsync(generation, cancellationToken);

    public Task ServeAsync(long generation, CancellationToken cancellationToken) => index.ServeAsync(generation, cancellationToken);

    public Task DropAsync(long generation, CancellationToken cancellationToken) => index.DropAsync(generation, cancellationToken);

    public async Task ApplyAsync(IReadOnlyList<long> generations, IReadOnlyList<IncomingMessage> events, CancellationToken cancellationToken)
    {
        var orders = events.Where(message => message.Topic == OrderModule.Topic).Select(OrderOf).Distinct().ToList();
        await PutAsync(generations, orders, cancellationToken);
        var gone = events.Where(message => message.Type == UserDeleted.Descriptor.FullName).Select(CustomerOf).Distinct().ToList();
        if (gone.Count == 0)
        {
            return;
        }

        // Before the record is erased there is nothing to do here: this comes again until it is.
        if (!await record.HaveDepartedAsync(gone, cancellationToken))
        {
            throw DomainError.DependencyUnavailable("order.user-events");
        }

        foreach (var customer in gone)
        {
            await foreach (var theirs in record.OrdersOfAsync(customer, cancellationToken))
            {
                await PutAsync(generations, theirs, cancellationToken);
            }
        }
    }

    public async Task<Comparison> CompareAsync(long serving, long other, CancellationToken cancellationToken)
    {
        await index.RefreshAsync(serving, cancellationToken);
        await index.RefreshAsync(other, cancellationToken);
        var found = await DifferencesAsync(serving, other, cancellationToken);
        if (found.Differences.Count > 0)
        {
            // What is told meanwhile is put into one after the other.
            await Task.Delay(Settling, cancellationToken);
            await index.RefreshAsync(serving, cancellationToken);
            await index.RefreshAsync(other, cancellationToken);
            var again = await DifferencesAsync(serving, other, cancellationToken);
            var still = again.Differences.Where(difference => found.Differences.ContainsKey(difference.Key)).ToList();
            return new Comparison(again.Count, still.Count, [.. still.Take(ShownDifferences).Select(difference => $"orders/{difference.Key}: {difference.Value}")]);
        }

        return new Comparison(found.Count, 0, []);
    }

    private static Guid OrderOf(IncomingMessage message) =>
        Guid.TryParseExact(message.Key, "D", out var id) ? id : throw new PoisonMessageException("malformed_key");

    private static Guid CustomerOf(IncomingMessage message) =>
        ResourceName.TryParseGuid(Domain.Order.Customers, message.Read(UserDeleted.Parser).User, out var id) ? id : throw new PoisonMessageException("malformed_name");

    private async Task PutAsync(IReadOnlyList<long> generations, IReadOnlyList<Guid> orders, CancellationToken cancellationToken)
    {
        foreach (var some in orders.Chunk(PageSize))
        {
            var documents = await record.FindAsync(some, cancellationToken);
            foreach (var generation in documents.Count > 0 ? generations : [])
            {
                await index.PutAsync(generation, documents, cancellationToken);
            }
        }
    }

    private async Task<(long Count, Dictionary<Guid, string> Differences)> DifferencesAsync(long serving, long other, CancellationToken cancellationToken)
    {
        var (count, differences) = (0L, new Dictionary<Guid, string>());
        var (ours, theirs) = (new PagedWalk<OrderDocument>(PageAsync(serving)), new PagedWalk<OrderDocument>(PageAsync(other)));
        await foreach (var (a, b) in ours.BesideAsync(theirs, static (x, y) => x.Id.CompareTo(y.Id), cancellationToken))
        {
            count++;
            var difference = a is null ? "is missing" : b is null ? "is not in the record" : a.DifferenceTo(b);
            if (difference is not null)
            {
                differences[(a ?? b)!.Id] = difference;
            }
        }

        return (count, differences);
    }

    private Func<OrderDocument?, CancellationToken, Task<IReadOnlyList<OrderDocument>>> PageAsync(long generation) =>
        (last, cancellationToken) => index.PageAsync(generation, last?.Id ?? Guid.Empty, PageSize, cancellationToken);
}
