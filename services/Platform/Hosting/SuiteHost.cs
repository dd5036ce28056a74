using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using Grpc.AspNetCore.Server;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Suite.Platform.Errors;
using Suite.Platform.Faults;
using Suite.Platform.Overload;
using Suite.Platform.Security;
using Suite.Platform.Telemetry;
using Suite.Platform.Time;
using Suite.Platform.Validation;

namespace Suite.Platform.Hosting;

/// <summary>
/// What every service stands on, in one call: its two ports, gRPC with its interceptors, reflection, JSON transcoding,
/// gRPC-Web, authorization, health, graceful stop, and configuration from the environment.
/// </summary>
public static class SuiteHost
{
    /// <summary>Starts building the service called <paramref name="service"/>, for example <c>order</c>.</summary>
    public static WebApplicationBuilder CreateBuilder(string[] args, string service)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            Args = args,
            ApplicationName = $"suite-{service}",
            EnvironmentName = Environment.GetEnvironmentVariable("SUITE_ENVIRONMENT") ?? Environments.Development,
        });
        AddLogging(builder);
        // Before all rooms, which add the system's clock where there is none.
        builder.Services.AddSingleton(SkewedClock.From(builder.Configuration, builder.Environment));
        builder.AddTelemetry(service);
        var tls = TlsSettings.From(builder.Configuration);
        builder.Services.AddSingleton(tls);
        AddServer(builder, tls);
        AddGrpc(builder.Services, builder.Environment);
        builder.Services.AddSuiteHealth();
        builder.Services.AddOverload(builder.Configuration);
        builder.Services.AddSecurity(builder.Configuration, service);
        builder.Services.AddFaults(builder.Configuration, builder.Environment);
        CrashPoints.Use(builder.Configuration, builder.Environment);
        return builder;
    }

    /// <summary>The pipeline and the endpoints every service has. Call it before mapping the service's own.</summary>
    public static WebApplication MapSuiteDefaults(this WebApplication app)
    {
        app.UseRouting();
        app.UseMiddleware<CallTelemetryMiddleware>();
        app.UseMiddleware<ProtocolErrorMiddleware>();
        app.UseMiddleware<DefaultDeadlineMiddleware>();
        app.UseGrpcWeb(new GrpcWebOptions { DefaultEnabled = true });
        app.UseOverload();
        app.UseMiddleware<SizeLimitMiddleware>();
        app.UseSecurity();
        app.UseMiddleware<CallLimitMiddleware>();
        app.MapGrpcReflectionService();
        app.MapSuiteHealth();
        app.MapMetrics();
        return app;
    }

    private static void AddLogging(WebApplicationBuilder builder)
    {
        builder.Logging.ClearProviders();
        builder.Logging.SetMinimumLevel(LogLevel.Information);
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.Logging.AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Information);
        // /readyz says it to whoever asks, and asking often must not fill the log; each store's own trouble has lines of its own.
        builder.Logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None);
        builder.Logging.AddFilter("Grpc", LogLevel.Warning);
        builder.Logging.AddFilter("Npgsql", LogLevel.Warning);
        builder.Logging.AddFilter("System.Net.Http", LogLevel.Warning);
        builder.Logging.AddConsole(console =>
            console.FormatterName = builder.Environment.IsProduction() ? JsonLines.FormatterName : PlainLines.FormatterName);
        builder.Logging.AddConsoleFormatter<JsonLines, ConsoleFormatterOptions>();
        builder.Logging.AddConsoleFormatter<PlainLines, ConsoleFormatterOptions>();
    }

    private static void AddServer(WebApplicationBuilder builder, TlsSettings tls)
    {
        var address = IPAddress.Parse(builder.Configuration["SUITE_BIND"] ?? "0.0.0.0");
        var http = Port(builder.Configuration, "SUITE_HTTP_PORT", 8080);
        var grpc = Port(builder.Configuration, "SUITE_GRPC_PORT", 9090);
        var connections = ConnectionLimit.From(builder.Configuration);
        builder.WebHost.UseKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            ServerLimits.Apply(kestrel.Limits, builder.Configuration);
            kestrel.Listen(address, http, endpoint =>
            {
                endpoint.Protocols = HttpProtocols.Http1;
                connections.Use(endpoint);
            });
            kestrel.Listen(address, grpc, endpoint =>
            {
                endpoint.Protocols = HttpProtocols.Http2;
                connections.Use(endpoint);
                tls.Use(endpoint);
            });
        });
        builder.Services.AddRouting();
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(10));
    }

    private static void AddGrpc(IServiceCollection services, IHostEnvironment environment)
    {
        services.AddSingleton<ErrorTranslation>();
        services.AddSingleton<ErrorInterceptor>();
        services.AddSingleton<ValidationInterceptor>();
        services.AddGrpc(grpc =>
            {
                grpc.EnableDetailedErrors = false;
                grpc.MaxReceiveMessageSize = ServerLimits.MaxRequestBytes;
                grpc.CompressionProviders.Clear();
                grpc.CompressionProviders.Add(new BoundedGzip());
                grpc.Interceptors.Add<ErrorInterceptor>();
                grpc.Interceptors.Add<ValidationInterceptor>();
            })
            .AddJsonTranscoding(json =>
            {
                // As the JSON form of protobuf has it: a number of JavaScript holds 53 bits, and an amount must not be rounded.
                json.JsonSettings.WriteInt64sAsStrings = true;
                json.TypeRegistry = Refusals.Details;
            });
        services.AddSuiteReflection();
    }

    private static int Port(ConfigurationManager configuration, string key, int otherwise)
    {
        if (configuration[key] is not { Length: > 0 } text)
        {
            return otherwise;
        }

        return ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            ? port
            : throw new InvalidOperationException($"{key} is '{text}', which is no port (0 to 65535).");
    }
}
