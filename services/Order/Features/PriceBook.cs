using Microsoft.Extensions.Caching.Memory;
using Suite.Orders.Domain;
using Suite.Orders.Storage;

namespace Suite.Orders.Features;

/// <summary>
/// The price book in memory. An entry may be old: the statement that places an order compares versions and refuses one that
/// was computed with them, so a stale price costs a second attempt and is never charged.
/// </summary>
internal sealed class PriceBook(ProductStore store) : IDisposable
{
    private readonly MemoryCache _known = new(new MemoryCacheOptions { SizeLimit = 100_000 });

    /// <summary>The products by sku; one that does not exist is missing.</summary>
    /// <param name="skus">What to look up.</param>
    /// <param name="refresh">True to read them all again.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask<IReadOnlyDictionary<string, Product>> FindAsync(
        IReadOnlyCollection<string> skus, bool refresh, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, Product>(skus.Count, StringComparer.Ordinal);
        List<string>? unknown = null;
        foreach (var sku in skus)
        {
            if (!refresh && _known.TryGetValue(sku, out Product? product))
            {
                found[sku] = product!;
            }
            else
            {
                (unknown ??= []).Add(sku);
            }
        }

        if (unknown is not null)
        {
            foreach (var product in await store.FindAsync([.. unknown.Distinct()], cancellationToken))
            {
                found[product.Sku] = product;
                if (product.IsSold)
                {
                    _known.Set(product.Sku, product, new MemoryCacheEntryOptions { Size = 1 });
                }
                else
                {
                    // Nothing compares the version of a refusal, so a refusal is never remembered.
                    _known.Remove(product.Sku);
                }
            }
        }

        return found;
    }

    public void Dispose() => _known.Dispose();
}
