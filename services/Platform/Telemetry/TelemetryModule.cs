using System.Diagnostics.Metrics;
using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Npgsql;
using OpenTelemetry;
using OpenTelemetry.Context.Propagation;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Suite.Platform.Telemetry;

/// <summary>
/// Traces, metrics and logs by OpenTelemetry. <c>/metrics</c> is always there; what leaves by OTLP does so when an endpoint is
/// given, with the variables every OpenTelemetry program knows: <c>OTEL_EXPORTER_OTLP_ENDPOINT</c>, <c>OTEL_TRACES_SAMPLER</c> and the
/// others. <c>SUITE_TELEMETRY=off</c> turns all of it off.
/// </summary>
public static class TelemetryModule
{
    /// <summary>The configuration key that turns telemetry off.</summary>
    public const string SwitchKey = "SUITE_TELEMETRY";

    /// <summary>The standard key of where OTLP goes.</summary>
    public const string EndpointKey = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>Where Prometheus finds the metrics, on the HTTP port.</summary>
    public const string MetricsPath = "/metrics";

    /// <summary>Adds the telemetry of the service called <paramref name="service"/>.</summary>
    public static void AddTelemetry(this WebApplicationBuilder builder, string service)
    {
        builder.Services.AddMetrics();
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<CallTelemetry>();
        if (!IsOn(builder.Configuration))
        {
            return;
        }

        var telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => Describe(resource, service))
            .WithMetrics(metrics =>
            {
                metrics
                    .AddMeter(SuiteTelemetry.Prefix + "*", "Npgsql", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime")
                    .SetExemplarFilter(ExemplarFilterType.TraceBased)
                    .AddPrometheusExporter(prometheus => prometheus.ScopeInfoEnabled = false);
            });
        builder.Services.AddSingleton<BuildInfo>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<BuildInfo>());
        if (string.IsNullOrWhiteSpace(builder.Configuration[EndpointKey]))
        {
            return;
        }

        // The headers are read by ASP.NET Core. With more than this its instrumentation reads them a second time, in every call, for a
        // baggage that nobody here asks for: ours is the one of the activity.
        Sdk.SetDefaultTextMapPropagator(new TraceContextPropagator());
        telemetry
            .WithTracing(tracing => tracing
                .AddAspNetCoreInstrumentation(options => options.Filter = IsTraced)
                .AddGrpcClientInstrumentation(options => options.SuppressDownstreamInstrumentation = false)
                .AddNpgsql()
                .AddSource(SuiteTelemetry.Prefix + "*")
                .AddProcessor(new CallSpanNames())
                .AddOtlpExporter())
            .WithMetrics(metrics => metrics.AddOtlpExporter());
        builder.Logging.AddOpenTelemetry(logging =>
        {
            logging.IncludeFormattedMessage = true;
            logging.SetResourceBuilder(Describe(ResourceBuilder.CreateDefault(), service));
            logging.AddOtlpExporter();
        });
    }

    /// <summary>Maps <c>/metrics</c>.</summary>
    public static void MapMetrics(this WebApplication app)
    {
        if (IsOn(app.Configuration))
        {
            app.MapPrometheusScrapingEndpoint(MetricsPath);
        }
    }

    private static bool IsOn(IConfiguration configuration) => configuration[SwitchKey]?.ToLowerInvariant() switch
    {
        null or "" or "on" => true,
        "off" => false,
        var other => throw new InvalidOperationException($"{SwitchKey} is '{other}'; it is on or off."),
    };

    // Who asks for the health asks often, and says nothing about an order.
    private static bool IsTraced(HttpContext context) =>
        context.Request.Path.Value is { } path
        && !path.StartsWith("/grpc.", StringComparison.Ordinal)
        && path is not ("/livez" or "/readyz" or MetricsPath);

    private static ResourceBuilder Describe(ResourceBuilder resource, string service) => resource
        .AddService($"suite-{service}", serviceNamespace: "suite", serviceVersion: BuildInfo.Version, serviceInstanceId: $"{Environment.MachineName}:{Environment.ProcessId}");
}
