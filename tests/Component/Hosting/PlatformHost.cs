using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Suite.Contracts.Orders.V1;
using Suite.Local.Ports;
using Suite.Platform.Hosting;
using Suite.Platform.Overload;
using Suite.Platform.Security;
using Suite.Tests.Component.Security;
using ContractOrder = Suite.Contracts.Orders.V1.Order;

namespace Suite.Tests.Component.Hosting;

/// <summary>A server as every service has it, with services whose answers cost nothing: what it survives, all survive.</summary>
internal sealed class PlatformHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private PlatformHost(WebApplication app, PlayedTrust trust, int http, int grpc)
    {
        _app = app;
        Trust = trust;
        Http = new Uri($"http://127.0.0.1:{http}");
        Grpc = new Uri($"http://127.0.0.1:{grpc}");
    }

    /// <summary>Whom the server believes.</summary>
    public PlayedTrust Trust { get; }

    public Uri Http { get; }

    public Uri Grpc { get; }

    /// <summary>How many calls reached a method that can be held.</summary>
    public int Entered => _app.Services.GetRequiredService<Gate>().Entered;

    public static async Task<PlatformHost> StartAsync(params string[] settings)
    {
        var (http, grpc) = (FreePorts.Next(), FreePorts.Next());
        var builder = SuiteHost.CreateBuilder(
            [
                $"--SUITE_HTTP_PORT={http}",
                $"--SUITE_GRPC_PORT={grpc}",
                "--SUITE_BIND=127.0.0.1",
                .. new TestKeys().Settings("order"),
                .. settings.Select(s => "--" + s),
            ],
            "order");
        var trust = new PlayedTrust();
        builder.Services.AddSingleton<ITrustSource>(trust);
        builder.Services.AddSingleton<Gate>();
        var app = builder.Build();
        app.MapSuiteDefaults();
        app.MapGrpcService<Products>();
        app.MapGrpcService<Orders>();
        await app.StartAsync();
        return new PlatformHost(app, trust, http, grpc);
    }

    /// <summary>A client with a connection of its own.</summary>
    public (GrpcChannel Channel, ProductService.ProductServiceClient Products) Connect()
    {
        var channel = GrpcChannel.ForAddress(Grpc, new GrpcChannelOptions { MaxSendMessageSize = null, MaxReceiveMessageSize = null });
        return (channel, new ProductService.ProductServiceClient(channel));
    }

    /// <summary>The calls of a user who may do everything with orders.</summary>
    public OrderService.OrderServiceClient OrdersOf(GrpcChannel channel)
    {
        var bearer = "Bearer " + Trust.Token($"users/{Guid.CreateVersion7()}", scopes: "orders.read orders.write");
        return new OrderService.OrderServiceClient(channel.Intercept(headers =>
        {
            headers.Add("authorization", bearer);
            return headers;
        }));
    }

    /// <summary>Holds every ListProducts, every CreateProduct and every CancelOrder until it is told otherwise.</summary>
    public TaskCompletionSource Hold()
    {
        var hold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _app.Services.GetRequiredService<Gate>().Held = hold.Task;
        return hold;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private sealed class Gate
    {
        private int _entered;

        public Task Held { get; set; } = Task.CompletedTask;

        public int Entered => Volatile.Read(ref _entered);

        public Task PassAsync(ServerCallContext context)
        {
            Interlocked.Increment(ref _entered);
            return Held.WaitAsync(context.CancellationToken);
        }
    }

    private sealed class Products(Gate gate) : ProductService.ProductServiceBase
    {
        public override Task<Product> GetProduct(GetProductRequest request, ServerCallContext context) =>
            Task.FromResult(new Product { Name = request.Name });

        public override async Task<ListProductsResponse> ListProducts(ListProductsRequest request, ServerCallContext context)
        {
            await gate.PassAsync(context);
            return new ListProductsResponse();
        }

        public override async Task<Product> CreateProduct(CreateProductRequest request, ServerCallContext context)
        {
            await gate.PassAsync(context);
            return request.Product;
        }
    }

    private sealed class Orders(Gate gate) : OrderService.OrderServiceBase
    {
        [FinishesWork]
        public override async Task<ContractOrder> CancelOrder(CancelOrderRequest request, ServerCallContext context)
        {
            await gate.PassAsync(context);
            return new ContractOrder { Name = request.Name };
        }

        public override async Task WatchOrder(
            WatchOrderRequest request, IServerStreamWriter<WatchOrderResponse> responseStream, ServerCallContext context)
        {
            await responseStream.WriteAsync(new WatchOrderResponse(), context.CancellationToken);
            await Task.Delay(Timeout.Infinite, context.CancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
