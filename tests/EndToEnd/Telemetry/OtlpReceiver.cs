using System.Collections.Concurrent;
using System.Net;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Suite.Tests.EndToEnd.Telemetry.Otlp;

namespace Suite.Tests.EndToEnd.Telemetry;

/// <summary>Where services send their spans by OTLP over gRPC, in this process.</summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;

    private OtlpReceiver(WebApplication app) => _app = app;

    /// <summary>For <c>OTEL_EXPORTER_OTLP_ENDPOINT</c>.</summary>
    public string Endpoint => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();

    /// <summary>Everything that came in.</summary>
    public IReadOnlyList<ReceivedSpan> Spans => [.. _app.Services.GetRequiredService<Book>().Spans];

    public static async Task<OtlpReceiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, o => o.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc(grpc => grpc.MaxReceiveMessageSize = null);
        builder.Services.AddSingleton<Book>();
        var app = builder.Build();
        app.MapGrpcService<Receiver>();
        await app.StartAsync();
        return new OtlpReceiver(app);
    }

    /// <summary>The spans of one trace.</summary>
    public TraceTree Trace(string traceId) => new([.. Spans.Where(span => span.TraceId == traceId)]);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private sealed class Book
    {
        public ConcurrentQueue<ReceivedSpan> Spans { get; } = new();
    }

    private sealed class Receiver(Book book) : TraceService.TraceServiceBase
    {
        public override Task<ExportTraceServiceResponse> Export(ExportTraceServiceRequest request, ServerCallContext context)
        {
            foreach (var resource in request.ResourceSpans)
            {
                var service = resource.Resource.Attributes.Single(a => a.Key == "service.name").Value.StringValue;
                foreach (var span in resource.ScopeSpans.SelectMany(scope => scope.Spans))
                {
                    book.Spans.Enqueue(new ReceivedSpan(service, span));
                }
            }

            return Task.FromResult(new ExportTraceServiceResponse());
        }
    }
}
