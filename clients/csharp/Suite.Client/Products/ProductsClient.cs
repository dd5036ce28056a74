using Suite.Contracts.Orders.V1;
using Service = Suite.Contracts.Orders.V1.ProductService.ProductServiceClient;

namespace Suite.Client;

/// <summary>
/// The price book: what can be ordered, and for how much. Every method throws <see cref="SuiteException"/> when it fails, and
/// <see cref="OperationCanceledException"/> when its caller cancels.
/// </summary>
public sealed class ProductsClient
{
    private const string Name = "suite.order.v1.ProductService";

    private static readonly UnaryCall<CreateProductRequest, Product> CreateProduct =
        new(Name, "CreateProduct", static (invoker, request, options) => new Service(invoker).CreateProductAsync(request, options));

    private static readonly UnaryCall<GetProductRequest, Product> GetProduct =
        new(Name, "GetProduct", static (invoker, request, options) => new Service(invoker).GetProductAsync(request, options));

    private static readonly UnaryCall<ListProductsRequest, ListProductsResponse> ListProducts =
        new(Name, "ListProducts", static (invoker, request, options) => new Service(invoker).ListProductsAsync(request, options));

    private readonly CallEnvironment _environment;
    private readonly ServiceEndpoint _endpoint;

    internal ProductsClient(CallEnvironment environment, ServiceEndpoint endpoint)
    {
        _environment = environment;
        _endpoint = endpoint;
    }

    /// <summary>Adds a product. ALREADY_EXISTS when the sku is taken.</summary>
    /// <param name="productId">The sku: 1 to 64 characters out of a-z, A-Z, 0-9, '.', '_' and '-'.</param>
    /// <param name="product">The product; its name is made from the sku.</param>
    /// <param name="options">What this call does differently.</param>
    /// <param name="cancellationToken">Gives up on the call.</param>
    public Task<Product> CreateAsync(
        string productId, Product product, SuiteCallOptions? options = null, CancellationToken cancellationToken = default) =>
        CreateAsync(new CreateProductRequest { ProductId = productId, Product = product }, options, cancellationToken);

    /// <summary>Adds a product. ALREADY_EXISTS when the sku is taken. The request is not changed; a missing <c>request_id</c> is made.</summary>
    public Task<Product> CreateAsync(
        CreateProductRequest request, SuiteCallOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var write = request.Clone();
        write.RequestId = RequestIds.Choose(request.RequestId, options);
        return CreateProduct.InvokeAsync(_environment, _endpoint, write, write.RequestId, options, cancellationToken);
    }

    /// <summary>Returns one product, or fails with NOT_FOUND.</summary>
    /// <param name="name">The resource name, <c>products/{sku}</c>.</param>
    /// <param name="options">What this call does differently.</param>
    /// <param name="cancellationToken">Gives up on the call.</param>
    public Task<Product> GetAsync(string name, SuiteCallOptions? options = null, CancellationToken cancellationToken = default) =>
        GetProduct.InvokeAsync(_environment, _endpoint, new GetProductRequest { Name = name }, null, options, cancellationToken);

    /// <summary>Walks the price book by sku.</summary>
    public SuiteList<Product> List(SuiteListOptions? list = null, SuiteCallOptions? options = null) =>
        new(list, async (size, token, cancellationToken) =>
        {
            var request = new ListProductsRequest { PageSize = size, PageToken = token };
            var response = await ListProducts.InvokeAsync(_environment, _endpoint, request, null, options, cancellationToken).ConfigureAwait(false);
            return new SuitePage<Product>(response.Products, response.NextPageToken);
        });
}
