using Google.Protobuf;
using Google.Protobuf.Collections;
using Suite.Contracts.Common.V1;
using Suite.Contracts.Orders.V1;
using Suite.Orders.Domain;
using Suite.Orders.Storage;
using Suite.Platform.Errors;
using Suite.Platform.Idempotency;
using Suite.Platform.Naming;
using Suite.Platform.Security;
using Suite.Platform.Time;
using Order = Suite.Orders.Domain.Order;
using OrderLine = Suite.Orders.Domain.OrderLine;
using Product = Suite.Orders.Domain.Product;

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
    TimeProvider time)
{
    private const int MostPriceChanges = 5;

    /// <summary>Places the order of a request that went through validation.</summary>
    /// <exception cref="DomainException">Whatever CreateOrder's contract names.</exception>
    public async Task<Contracts.Orders.V1.Order> RunAsync(CreateOrderRequest request, Caller caller, CancellationToken cancellationToken)
    {
        var key = RequestKey.Of("CreateOrder", request.RequestId, request, caller);
        var customerId = ResourceName.ParseGuid(Order.Customers, request.Order.Customer, "order.customer");
        if (!caller.MayKnowOf(ResourceName.Format(Order.Customers, customerId)))
        {
            throw CustomerDirectory.NotActive(customerId);
        }

        var adjustments = request.Order.Adjustments.Select((a, i) => Adjustment.FromProto(a, $"order.adjustments[{i}]")).ToList();
        try
        {
            await customers.CheckActiveAsync(customerId, cancellationToken);
            for (var attempt = 0; attempt < MostPriceChanges; attempt++)
            {
                var (order, versions) = await PriceAsync(customerId, request.Order.Lines, adjustments, refresh: attempt > 0, cancellationToken);
                var response = order.ToProto();
                switch (await placement.PlaceAsync(order, versions, request.Order.PaymentMethod, Actors.Of(caller), key, response.ToByteArray(), cancellationToken))
                {
                    case OrderPlacement.Outcome.Placed:
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
            if (await StoredAsync(key, cancellationToken) is { } stored)
            {
                return stored;
            }

            throw;
        }
    }

    private async Task<(Order Order, IReadOnlyList<long> Versions)> PriceAsync(
        Guid customerId,
        RepeatedField<Contracts.Orders.V1.OrderLine> lines,
        List<Adjustment> adjustments,
        bool refresh,
        CancellationToken cancellationToken)
    {
        var skus = lines.Select(l => ResourceName.LastSegment(l.Product)).ToArray();
        var products = await prices.FindAsync(skus, refresh, cancellationToken);
        var versions = new long[lines.Count];
        var priced = new OrderLine[lines.Count];
        for (var i = 0; i < lines.Count; i++)
        {
            if (!products.TryGetValue(skus[i], out var product) || !product.IsSold)
            {
                var name = ResourceName.Format(Product.Collection, skus[i]);
                throw DomainError.FailedPrecondition(
                    ErrorReason.ProductNotFound, name, $"order.lines[{i}].product: {name} is not in the price book or no longer sold.");
            }

            versions[i] = product.Version;
            priced[i] = new OrderLine(product.Sku, lines[i].Quantity, product.Price);
        }

        return (Order.Place(customerId, priced, adjustments, time.GetMicrosecondUtcNow()), versions);
    }

    private Task<Contracts.Orders.V1.Order?> StoredAsync(RequestKey key, CancellationToken cancellationToken) =>
        requests.FindAsync(key, Contracts.Orders.V1.Order.Parser, cancellationToken);
}
