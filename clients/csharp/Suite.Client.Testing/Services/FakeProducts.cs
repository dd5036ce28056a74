using Grpc.Core;
using Suite.Contracts.Common.V1;
using Suite.Contracts.Orders.V1;

namespace Suite.Client.Testing;

/// <summary>ProductService.</summary>
internal static class FakeProducts
{
    public static Product Create(FakeState state, CreateProductRequest request) => FakeOnce.Run(
        state,
        "CreateProduct",
        request,
        request.RequestId,
        () => Add(state, request.ProductId, request.Product ?? throw FakeErrors.Invalid("product", "must be set.")));

    public static Product Get(FakeState state, GetProductRequest request) =>
        state.Products.TryGetValue(request.Name, out var product) ? product.Clone() : throw FakeErrors.NotFound(request.Name);

    public static ListProductsResponse List(FakeState state, ListProductsRequest request)
    {
        var (items, next) = FakePages.Cut("ListProducts", state.Products.Values, p => p.Name, request.PageSize, request.PageToken);
        return new ListProductsResponse { Products = { items.Select(p => p.Clone()) }, NextPageToken = next };
    }

    public static Product Add(FakeState state, string sku, Product product)
    {
        if (sku.Length is 0 or > 64 || !sku.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-'))
        {
            throw FakeErrors.Invalid("product_id", "must match [A-Za-z0-9._-]{1,64}.");
        }

        if (product.Price is not { CurrencyCode.Length: 3, Units: >= 0, Nanos: >= 0 })
        {
            throw FakeErrors.Invalid("product.price", "must be an amount of zero or more.");
        }

        var name = "products/" + sku;
        var now = state.Now();
        var added = product.Clone();
        added.Name = name;
        added.State = Product.Types.State.Active;
        added.CreateTime = now;
        added.UpdateTime = now;
        added.Etag = "1";
        return state.Products.TryAdd(name, added)
            ? added.Clone()
            : throw FakeErrors.About(StatusCode.AlreadyExists, ErrorReason.ResourceAlreadyExists, name, $"{name} already exists.");
    }
}
