using System.Globalization;
using Suite.Local.Processes;

namespace Suite.Local.Observe;

/// <summary>Jaeger 1.x, all in one program.</summary>
/// <param name="Program">Its path.</param>
internal sealed record JaegerBinary(string Program)
{
    /// <summary><c>jaeger-all-in-one</c> on the path, or the program that <c>SUITE_JAEGER</c> names; null where there is none.</summary>
    public static JaegerBinary? Find()
    {
        if (Environment.GetEnvironmentVariable("SUITE_JAEGER") is { Length: > 0 } named)
        {
            return File.Exists(named)
                ? new JaegerBinary(Path.GetFullPath(named))
                : throw new SuiteLocalException($"SUITE_JAEGER is '{named}', which is no file.");
        }

        return ChildProcess.OnPath("jaeger-all-in-one") is { } found ? new JaegerBinary(found) : null;
    }

    /// <summary>Everything in memory and on loopback: spans by OTLP, and the page with its query API.</summary>
    public IReadOnlyList<string> Arguments(int otlp, int http, int query) => Path.GetFileName(Program) == "jaeger"
        // A script in front of it that takes the three ports.
        ? [Text(otlp), Text(http), Text(query)]
        :
        [
            "--log-level=warn",
            "--collector.otlp.enabled=true",
            $"--collector.otlp.grpc.host-port=127.0.0.1:{otlp}",
            $"--collector.otlp.http.host-port=127.0.0.1:{http}",
            $"--query.http-server.host-port=127.0.0.1:{query}",
            "--query.grpc-server.host-port=127.0.0.1:0",
            "--collector.grpc-server.host-port=127.0.0.1:0",
            "--collector.http-server.host-port=127.0.0.1:0",
            "--admin.http.host-port=127.0.0.1:0",
            "--http-server.host-port=127.0.0.1:0",
            "--processor.jaeger-binary.server-host-port=127.0.0.1:0",
            "--processor.jaeger-compact.server-host-port=127.0.0.1:0",
            "--processor.zipkin-compact.server-host-port=127.0.0.1:0",
        ];

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);
}
