using Suite.Contracts.Orders.V1;

namespace Suite.Payments.Reconciliation;

/// <summary>What the Order service believes.</summary>
internal interface IOrderRecord
{
    /// <summary>The orders that were placed in a period of time, newest first by id.</summary>
    IAsyncEnumerable<Order> ListAsync(Period period, CancellationToken cancellationToken);

    /// <summary>Some orders as they are now; those that do not exist are left out.</summary>
    Task<IReadOnlyDictionary<Guid, Order>> FindAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken);
}
