using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Suite.Local;
using Suite.Local.Ports;
using Suite.Local.Processes;

namespace Suite.Bench.Echo;

/// <summary>
/// Takes what is exported by OTLP over gRPC and throws it away, in a process of its own: what is measured is what exporting costs a
/// service, and not what a collector does with it.
/// </summary>
internal sealed class OtlpSink : IAsyncDisposable
{
    /// <summary>The argument that makes this program the sink.</summary>
    public const string Verb = "otlp-sink";

    private const string PortVariable = "SUITE_BENCH_SINK_PORT";

    private readonly ChildProcess _process;

    private OtlpSink(ChildProcess process, string address)
    {
        _process = process;
        Address = address;
    }

    /// <summary>For <c>OTEL_EXPORTER_OTLP_ENDPOINT</c>.</summary>
    public string Address { get; }

    public static async Task<OtlpSink> StartAsync(CancellationToken cancellationToken)
    {
        var port = FreePorts.Next();
        var program = Checkout.Program("bench", "Suite.Bench");
        var process = ChildProcess.Start(
            new ChildStart(Checkout.DotNet, [program, Verb])
            {
                WorkingDirectory = Path.GetDirectoryName(program),
                Environment = new Dictionary<string, string?> { [PortVariable] = port.ToString(CultureInfo.InvariantCulture), ["ASPNETCORE_URLS"] = null },
            },
            static _ => { });
        while (FreePorts.IsFree(port))
        {
            if (process.HasExited)
            {
                throw new SuiteLocalException("The sink of the bench does not start.");
            }

            await Task.Delay(50, cancellationToken);
        }

        return new OtlpSink(process, string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"));
    }

    /// <summary>Runs as the sink.</summary>
    public static async Task<int> RunAsync()
    {
        var port = int.Parse(Environment.GetEnvironmentVariable(PortVariable)!, CultureInfo.InvariantCulture);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port, endpoint => endpoint.Protocols = HttpProtocols.Http2));
        await using var app = builder.Build();
        app.Run(AnswerAsync);
        await app.RunAsync();
        return 0;
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static async Task AnswerAsync(HttpContext context)
    {
        await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
        context.Response.ContentType = "application/grpc";
        context.Response.DeclareTrailer("grpc-status");
        // A message of no bytes: nothing was refused.
        await context.Response.Body.WriteAsync(new byte[5], context.RequestAborted);
        context.Response.AppendTrailer("grpc-status", "0");
    }
}
