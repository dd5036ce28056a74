using Suite.Contracts.Common.V1;
using Suite.Orders.Domain;
using Suite.Orders.Storage;
using Suite.Platform.Errors;
using Suite.Platform.Hosting;
using Suite.Platform.Idempotency;
using Suite.Platform.Messaging;
using Suite.Platform.Naming;
using Suite.Platform.Time;

namespace Suite.Orders.Features;

/// <summary>
/// Places an order: the customer is active, every product is sold, amounts come from the price book, and all of it commits
/// once per request id.
/// </summary>
internal sealed class PlaceOrder(
    CustomerDirectory customers,
    PriceBook prices,
    OrderPlacement placement,
    IdempotencyStore requests,
    IOutbox outbox,
    TimeProvider time)
{
    private const int MostPriceChanges = 5;

    /// <summary>One wanted line.</summary>
    public readonly record struct Line(string Sku, int Quantity);

    public async Task<Contracts.Orders.V1.Order> RunAsync(
        RequestKey key, Guid customerId, IReadOnlyList<Line> lines, string paymentMethod, CancellationToken cancellationToken)
    {
        try
        {
            await customers.CheckActiveAsync(customerId, cancellationToken);
            for (var attempt = 0; attempt < MostPriceChanges; attempt++)
            {
                var (order, versions) = await PriceAsync(customerId, lines, refresh: attempt > 0, cancellationToken);
                var response = order.ToProto();
                switch (await placement.PlaceAsync(order, versions, paymentMethod, key, OrderPlacement.Response(order), cancellationToken))
                {
                    case OrderPlacement.Outcome.Placed:
                        CrashPoints.Hit("order.after-commit");
                        outbox.Wake();
                        return response;
                    case OrderPlacement.Outcome.Repeated:
                        return await StoredAsync(key, cancellationToken) ?? throw DomainError.RequestInProgress();
                }
            }

            throw DomainError.DependencyUnavailable("price book");
        }
        catch (DomainException e) when (e.Reason is not (ErrorReason.RequestIdReused or ErrorReason.RequestInProgress))
        {
            // What was answered once is answered again, whatever became of the customer or the price since.
            return await StoredAsync(key, cancellationToken) ?? throw e;
        }
    }

    private async Task<(Order Order, IReadOnlyList<long> Versions)> PriceAsync(
        Guid customerId, IReadOnlyList<Line> lines, bool refresh, CancellationToken cancellationToken)
    {
        var products = await prices.FindAsync([.. lines.Select(l => l.Sku)], refresh, cancellationToken);
        var versions = new long[lines.Count];
        var priced = new OrderLine[lines.Count];
        for (var i = 0; i < lines.Count; i++)
        {
            if (!products.TryGetValue(lines[i].Sku, out var product) || !product.IsSold)
            {
                var name = ResourceName.Format(Product.Collection, lines[i].Sku);
                throw DomainError.FailedPrecondition(
                    ErrorReason.ProductNotFound, name, $"order.lines[{i}].product: {name} is not in the price book or no longer sold.");
            }

            versions[i] = product.Version;
            priced[i] = new OrderLine(product.Sku, lines[i].Quantity, product.Price);
        }

        return (Order.Place(customerId, priced, time.GetMicrosecondUtcNow()), versions);
    }

    private Task<Contracts.Orders.V1.Order?> StoredAsync(RequestKey key, CancellationToken cancellationToken) =>
        requests.FindAsync(key, Contracts.Orders.V1.Order.Parser, cancellationToken);
}
