using Suite.Orders.Domain;
using Suite.Orders.Storage;
using Suite.Platform.Caching;
using Suite.Platform.Idempotency;
using Suite.Platform.Monetary;
using Suite.Platform.Time;

namespace Suite.Orders.Features;

/// <summary>Adds a product to the price book, once per request id, and to the cache, write-through.</summary>
internal sealed class CreateProduct(IdempotencyStore requests, ContractCache<Contracts.Orders.V1.Product> cache, TimeProvider time)
{
    public async Task<Contracts.Orders.V1.Product> RunAsync(
        RequestKey key, string sku, string displayName, MoneyAmount price, CancellationToken cancellationToken)
    {
        Product? written = null;
        var answer = await requests.RunAsync(
            key,
            Contracts.Orders.V1.Product.Parser,
            async (transaction, token) =>
            {
                var product = Product.Create(sku, displayName, price, time.GetMicrosecondUtcNow());
                await ProductStore.InsertAsync(product, transaction, token);
                written = product;
                return product.ToProto();
            },
            cancellationToken);

        // A stored answer is of the past, and nothing to remember.
        if (written is not null)
        {
            await cache.WriteThroughAsync(sku, answer);
        }

        return answer;
    }
}
