using Grpc.Core;
using Suite.Contracts.Orders.V1;
using Suite.Platform.Errors;

namespace Suite.Users.Features;

/// <summary>Asks Order which orders of a user are not finished.</summary>
internal sealed class OpenOrders(OrderService.OrderServiceClient orders, TimeProvider time)
{
    /// <summary>How many are named at most.</summary>
    public const int Most = 10;

    private static readonly string[] OpenStates = ["PENDING", "CONFIRMED"];

    /// <summary>How long Order may take; less when the caller has less time left.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Up to <see cref="Most"/> orders of the user <paramref name="name"/> that are PENDING or CONFIRMED.</summary>
    /// <exception cref="DomainException">UNAVAILABLE when Order does not answer.</exception>
    public async Task<IReadOnlyList<Order>> FindAsync(string name, CancellationToken cancellationToken)
    {
        var found = new List<Order>();
        foreach (var state in OpenStates)
        {
            if (found.Count < Most)
            {
                found.AddRange(await ListAsync($"customer = \"{name}\" AND state = {state}", Most - found.Count, cancellationToken));
            }
        }

        return found;
    }

    private async Task<IEnumerable<Order>> ListAsync(string filter, int count, CancellationToken cancellationToken)
    {
        try
        {
            var page = await orders.ListOrdersAsync(
                new ListOrdersRequest { Filter = filter, PageSize = count },
                deadline: time.GetUtcNow().UtcDateTime + Patience,
                cancellationToken: cancellationToken);
            return page.Orders;
        }
        catch (Exception e) when (e is RpcException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            // A deadline of this call surfaces as a cancellation too; it is the caller's only when the caller's token says so.
            throw DomainError.DependencyUnavailable("order", e);
        }
    }
}
