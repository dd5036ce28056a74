using System.Diagnostics.Metrics;
using System.Reflection;
using Microsoft.Extensions.Hosting;

namespace Suite.Platform.Telemetry;

/// <summary><c>suite.build.info</c>, always 1: which build this process is.</summary>
internal sealed class BuildInfo(IMeterFactory meters) : IHostedService, IDisposable
{
    private static readonly string[] s_parts =
        (typeof(BuildInfo).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? string.Empty).Split('+', 2);

    private readonly Meter _meter = meters.Create(SuiteTelemetry.Prefix + "Build");

    /// <summary>The version, without what is behind a plus.</summary>
    public static string Version => s_parts[0];

    /// <summary>The commit it was built from, or unknown.</summary>
    public static string Commit => s_parts is [_, { Length: > 0 } commit] ? commit : "unknown";

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _meter.CreateObservableGauge(
            "suite.build.info",
            () => new Measurement<int>(1, new("service.version", Version), new KeyValuePair<string, object?>("suite.commit", Commit)),
            description: "Which build this is; always 1.");
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _meter.Dispose();
}
