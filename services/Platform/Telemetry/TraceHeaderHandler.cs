using System.Diagnostics;

namespace Suite.Platform.Telemetry;

/// <summary>
/// Puts the trace into the headers of a call to another service. The client of gRPC begins an activity of its own when something is
/// current, recorded by nobody unless its instrumentation runs, and the one of HTTP likewise; the other side would hang below a span
/// that no backend ever sees (grpc-dotnet 2516). What goes out is what <see cref="TraceContext.Below"/> finds.
/// </summary>
internal sealed class TraceHeaderHandler : DelegatingHandler
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var trace = TraceContext.Below(Activity.Current);
        Set(request, "traceparent", trace.TraceParent);
        Set(request, "tracestate", trace.TraceState);
        Set(request, "baggage", trace.Baggage);
        return base.SendAsync(request, cancellationToken);
    }

    private static void Set(HttpRequestMessage request, string name, string? value)
    {
        request.Headers.Remove(name);
        if (value is not null)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }
    }
}
