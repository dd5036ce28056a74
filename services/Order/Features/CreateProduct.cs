using Suite.Orders.Domain;
using Suite.Orders.Storage;
using Suite.Platform.Idempotency;
using Suite.Platform.Monetary;
using Suite.Platform.Time;

namespace Suite.Orders.Features;

/// <summary>Adds a product to the price book, once per request id.</summary>
internal sealed class CreateProduct(IdempotencyStore requests, TimeProvider time)
{
    public Task<Contracts.Orders.V1.Product> RunAsync(
        RequestKey key, string sku, string displayName, MoneyAmount price, CancellationToken cancellationToken) =>
        requests.RunAsync(
            key,
            Contracts.Orders.V1.Product.Parser,
            async (transaction, token) =>
            {
                var product = Product.Create(sku, displayName, price, time.GetMicrosecondUtcNow());
                await ProductStore.InsertAsync(product, transaction, token);
                return product.ToProto();
            },
            cancellationToken);
}
