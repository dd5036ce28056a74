using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Grpc.Core;

namespace Suite.Client;

/// <summary>
/// Spans and metrics of the client. A call is one span, its attempts are client spans below it, each of them the parent of
/// the service's own. Names follow the semantic conventions for RPC. An unwatched call allocates nothing here.
/// </summary>
internal static class ClientTelemetry
{
    public const string Name = "Suite.Client";

    private static readonly ActivitySource Source = new(Name);
    private static readonly Meter Meter = new(Name);
    private static readonly ConcurrentDictionary<ServiceEndpoint, byte> Endpoints = new();

    private static readonly Histogram<double> Duration = Meter.CreateHistogram<double>(
        "suite.client.call.duration", "s", "How long calls took, all attempts and waits together.");

    private static readonly Counter<long> Attempts = Meter.CreateCounter<long>(
        "suite.client.attempts", "{attempt}", "Attempts made, by how each ended.");

    static ClientTelemetry() => Meter.CreateObservableGauge(
        "suite.client.retry_budget",
        () => Endpoints.Keys.Select(e => new Measurement<double>(e.Budget.Tokens, new KeyValuePair<string, object?>("server.address", e.Address.Authority))),
        "{retry}",
        "How many retries may be made now.");

    public static void Watch(ServiceEndpoint endpoint) => Endpoints.TryAdd(endpoint, 0);

    public static void Forget(ServiceEndpoint endpoint) => Endpoints.TryRemove(endpoint, out _);

    public static Activity? StartCall(RpcName name, ServiceEndpoint endpoint, string? requestId)
    {
        if (Source.StartActivity(name.Full, ActivityKind.Internal) is not { } span)
        {
            return null;
        }

        Describe(span, name, endpoint);
        if (requestId is not null)
        {
            span.SetTag("suite.request_id", requestId);
        }

        return span;
    }

    public static Activity? StartAttempt(RpcName name, ServiceEndpoint endpoint, Activity? call, int attempt)
    {
        if (call is null || Source.StartActivity(name.Full, ActivityKind.Client, call.Context) is not { } span)
        {
            return null;
        }

        Describe(span, name, endpoint);
        span.SetTag("suite.attempt", attempt);
        return span;
    }

    public static void End(Activity? span, StatusCode code, string? detail)
    {
        if (span is null)
        {
            return;
        }

        span.SetTag("rpc.grpc.status_code", (int)code);
        // Without a text nobody failed: the consumer of a stream has had enough.
        if (code != StatusCode.OK && (code != StatusCode.Cancelled || detail is not null))
        {
            span.SetTag("error.type", code.ToString());
            span.SetStatus(ActivityStatusCode.Error, detail);
        }

        span.Dispose();
    }

    public static void CountAttempt(RpcName name, StatusCode code)
    {
        if (Attempts.Enabled)
        {
            Attempts.Add(1, Tags(name, code));
        }
    }

    public static void RecordCall(RpcName name, StatusCode code, TimeSpan duration)
    {
        if (Duration.Enabled)
        {
            Duration.Record(duration.TotalSeconds, Tags(name, code));
        }
    }

    private static TagList Tags(RpcName name, StatusCode code) => new()
    {
        { "rpc.system", "grpc" },
        { "rpc.service", name.Service },
        { "rpc.method", name.Method },
        { "rpc.grpc.status_code", (int)code },
    };

    private static void Describe(Activity span, RpcName name, ServiceEndpoint endpoint)
    {
        span.SetTag("rpc.system", "grpc");
        span.SetTag("rpc.service", name.Service);
        span.SetTag("rpc.method", name.Method);
        span.SetTag("server.address", endpoint.Address.Host);
        span.SetTag("server.port", endpoint.Address.Port);
    }
}
