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

    private PlatformHost(WebApplication app, int http, int grpc)
    {
        _app = app;
        Http = new Uri($"http://127.0.0.1:{http}");
        Grpc = new Uri($"http://127.0.0.1:{grpc}");
    }

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
        builder.Services.AddSingleton<ITrustSource>(new PlayedTrust());
        builder.Services.AddSingleton<Products>();
        var app = builder.Build();
        app.MapSuiteDefaults();
        app.MapGrpcService<Products>();
        await app.StartAsync();
        return new PlatformHost(app, http, grpc);
    }

    /// <summary>A client with a connection of its own.</summary>
    public (GrpcChannel Channel, ProductService.ProductServiceClient Products) Connect()
    {
        var channel = GrpcChannel.ForAddress(Grpc, new GrpcChannelOptions { MaxSendMessageSize = null, MaxReceiveMessageSize = null });
        return (channel, new ProductService.ProductServiceClient(channel));
    }

    /// <summary>Holds every ListProducts until it is told otherwise.</summary>
    public TaskCompletionSource HoldLists()
    {
        var hold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _app.Services.GetRequiredService<Products>().Lists = hold.Task;
        return hold;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private sealed class Products : ProductService.ProductServiceBase
    {
        public Task Lists { get; set; } = Task.CompletedTask;

        public override Task<Product> GetProduct(GetProductRequest request, ServerCallContext context) =>
            Task.FromResult(new Product { Name = request.Name });

        public override async Task<ListProductsResponse> ListProducts(ListProductsRequest request, ServerCallContext context)
        {
            await Lists.WaitAsync(context.CancellationToken);
            return new ListProductsResponse();
        }
    }
}
