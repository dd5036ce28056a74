using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Suite.Contracts.Orders.V1;
using Suite.Local.Ports;
using Suite.Platform.Hosting;
using Suite.Platform.Security;
using Suite.Tests.Component.Security;

namespace Suite.Tests.Component.Hosting;

/// <summary>A server as every service has it, with one public service whose answers cost nothing: what it survives, all survive.</summary>
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
        builder.Services.AddSingleton<Products>();
        var app = builder.Build();
        app.MapSuiteDefaults();
        app.MapGrpcService<Products>();
        await app.StartAsync();
        return new PlatformHost(app, trust, http, grpc);
    }

    /// <summary>A client with a connection of its own.</summary>
    public (GrpcChannel Channel, ProductService.ProductServiceClient Products) Connect()
    {
        var channel = GrpcChannel.ForAddress(Grpc, new GrpcChannelOptions { MaxSendMessageSize = null, MaxReceiveMessageSize = null });
        return (channel, new ProductService.ProductServiceClient(channel));
    }

    /// <summary>Holds every ListProducts and every CreateProduct until it is told otherwise.</summary>
    public TaskCompletionSource Hold()
    {
        var hold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _app.Services.GetRequiredService<Products>().Held = hold.Task;
        return hold;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private sealed class Products : ProductService.ProductServiceBase
    {
        public Task Held { get; set; } = Task.CompletedTask;

        public override Task<Product> GetProduct(GetProductRequest request, ServerCallContext context) =>
            Task.FromResult(new Product { Name = request.Name });

        public override async Task<ListProductsResponse> ListProducts(ListProductsRequest request, ServerCallContext context)
        {
            await Held.WaitAsync(context.CancellationToken);
            return new ListProductsResponse();
        }

        public override async Task<Product> CreateProduct(CreateProductRequest request, ServerCallContext context)
        {
            await Held.WaitAsync(context.CancellationToken);
            return request.Product;
        }
    }
}
