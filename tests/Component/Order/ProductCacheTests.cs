using NUnit.Framework;
using Suite.Contracts.Orders.V1;
using Suite.Orders.Features;
using Suite.Platform.Errors;
using Suite.Platform.Idempotency;
using Suite.Platform.Monetary;
using Suite.Platform.Security;

namespace Suite.Tests.Component.Orders;

internal sealed class ProductCacheTests
{
    private OrderRoom _room = null!;

    [SetUp]
    public async Task OpenAsync() => _room = await OrderRoom.OpenAsync();

    [TearDown]
    public async Task CloseAsync() => await _room.DisposeAsync();

    [Test]
    public async Task A_product_is_in_the_cache_from_its_creation_on()
    {
        var sku = $"sku-{Guid.NewGuid():N}";
        Assert.That(async () => await ReadAsync(sku), Throws.InstanceOf<DomainException>(), "what does not exist is not remembered either");
        var key = RequestKey.Of("CreateProduct", Guid.NewGuid().ToString(), new CreateProductRequest { ProductId = sku }, Caller.Anonymous);
        var created = await _room.Get<CreateProduct>().RunAsync(key, sku, "Tea", new MoneyAmount(250, "EUR"), CancellationToken.None);
        await _room.ExecuteAsync("DELETE FROM products WHERE sku = $1", sku);

        Assert.That(await ReadAsync(sku), Is.EqualTo(created));
    }

    private Task<Product> ReadAsync(string sku) => _room.Get<GetProduct>().RunAsync($"products/{sku}", CancellationToken.None);
}
