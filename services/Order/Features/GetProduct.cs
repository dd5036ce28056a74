using System.Globalization;
using Suite.Orders.Storage;
using Suite.Platform.Caching;
using Suite.Platform.Errors;
using Suite.Platform.Naming;
using Product = Suite.Contracts.Orders.V1.Product;

namespace Suite.Orders.Features;

/// <summary>
/// Reads one product, cache-aside. Orders take their prices from <see cref="PriceBook"/>, which compares versions at the commit.
/// </summary>
internal sealed class GetProduct
{
    private readonly ProductStore _store;
    private readonly ContractCache<Product> _cache;
    private readonly Func<string, CancellationToken, Task<Product?>> _load;

    public GetProduct(ProductStore store, ContractCache<Product> cache)
    {
        _store = store;
        _cache = cache;
        _load = LoadAsync;
    }

    /// <summary>The version of a product, out of its etag.</summary>
    public static long VersionOf(Product product) => long.Parse(product.Etag, CultureInfo.InvariantCulture);

    /// <exception cref="DomainException">NOT_FOUND.</exception>
    public async Task<Product> RunAsync(string name, CancellationToken cancellationToken) =>
        await _cache.ReadAsideAsync(ResourceName.LastSegment(name), _load, cancellationToken) ?? throw DomainError.NotFound(name);

    private async Task<Product?> LoadAsync(string sku, CancellationToken cancellationToken) =>
        (await _store.FindAsync([sku], cancellationToken)).SingleOrDefault()?.ToProto();
}
