using Grpc.Core;
using Suite.Contracts.Orders.V1;
using Suite.Orders.Features;
using Suite.Orders.Storage;
using Suite.Platform.Errors;
using Suite.Platform.Idempotency;
using Suite.Platform.Listing;
using Suite.Platform.Monetary;
using Suite.Platform.Naming;
using Suite.Platform.Security;

namespace Suite.Orders;

/// <summary>ProductService: translate, call, translate.</summary>
internal sealed class ProductGrpcService(CreateProduct createProduct, GetProduct getProduct, ProductStore store, PageTokens tokens)
    : ProductService.ProductServiceBase
{
    private const string ListQuery = "ListProducts";

    public override Task<Product> CreateProduct(CreateProductRequest request, ServerCallContext context)
    {
        var price = MoneyAmount.FromProto(request.Product.Price, "product.price");
        if (price.MinorUnits < 0)
        {
            throw DomainError.InvalidArgument("product.price.units", "must not be negative.");
        }

        return createProduct.RunAsync(
            RequestKey.Of("CreateProduct", request.RequestId, request, context.GetCaller()),
            request.ProductId,
            request.Product.DisplayName,
            price,
            context.CancellationToken);
    }

    public override Task<Product> GetProduct(GetProductRequest request, ServerCallContext context) =>
        getProduct.RunAsync(request.Name, context.CancellationToken);

    public override async Task<ListProductsResponse> ListProducts(ListProductsRequest request, ServerCallContext context)
    {
        var size = PageTokens.Size(request.PageSize);
        var after = tokens.Decode(ListQuery, request.PageToken) ?? string.Empty;
        var products = await store.PageAsync(after, size + 1, context.CancellationToken);
        return new ListProductsResponse
        {
            Products = { products.Take(size).Select(p => p.ToProto()) },
            NextPageToken = products.Count > size ? tokens.Encode(ListQuery, products[size - 1].Sku) : string.Empty,
        };
    }
}
