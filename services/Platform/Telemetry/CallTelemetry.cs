using System.Collections.Frozen;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Suite.Platform.Errors;
using Suite.Platform.Security;

namespace Suite.Platform.Telemetry;

/// <summary>
/// Rate, errors by reason and duration of every call of a gRPC method, whichever protocol it came by and whoever answered it; and the
/// same words on its span. Health checks and reflection are left out.
/// </summary>
internal sealed class CallTelemetry : IDisposable
{
    public const string MeterName = SuiteTelemetry.Prefix + "Calls";

    // https://opentelemetry.io/docs/specs/semconv/rpc/grpc/: what is the server's fault, and not the caller's.
    private static readonly FrozenSet<StatusCode> s_faults = new[]
    {
        StatusCode.Unknown, StatusCode.DeadlineExceeded, StatusCode.Unimplemented, StatusCode.Internal, StatusCode.Unavailable, StatusCode.DataLoss,
    }.ToFrozenSet();

    private readonly Meter _meter;
    private readonly Histogram<double> _duration;
    private readonly TimeProvider _time;

    public CallTelemetry(IMeterFactory meters, TimeProvider time)
    {
        _time = time;
        _meter = meters.Create(MeterName);
        _duration = _meter.CreateSeconds("rpc.server.call.duration", "Time from a call's headers to the end of its answer.");
    }

    /// <summary>The method of an endpoint that is worth counting, or null.</summary>
    public static IMethod? MethodOf(Endpoint? endpoint) =>
        endpoint?.Metadata.GetMetadata<GrpcMethodMetadata>()?.Method is { } method && !MethodPolicies.IsOpen(method) ? method : null;

    public long Begin() => _time.GetTimestamp();

    /// <summary>Counts a call that is over, and completes its span.</summary>
    public void End(HttpContext context, IMethod method, long begun, Exception? thrown)
    {
        var (code, reason) = OutcomeOf(context, thrown);
        var status = NameOf(code);
        var name = MethodNames.Of(method);
        var tags = new TagList
        {
            { "rpc.method", name },
            { "rpc.kind", NameOf(method.Type) },
            { "rpc.response.status_code", status },
        };
        if (code != StatusCode.OK)
        {
            tags.Add("error.type", reason ?? status);
        }

        _duration.Record(_time.GetElapsedTime(begun).TotalSeconds, tags);
        if (context.Features.Get<IHttpActivityFeature>()?.Activity is { IsAllDataRequested: true } span)
        {
            Describe(span, name, code, status, reason);
        }
    }

    public void Dispose() => _meter.Dispose();

    private static void Describe(Activity span, string name, StatusCode code, string status, string? reason)
    {
        span.SetTag("rpc.system.name", "grpc");
        span.SetTag("rpc.method", name);
        span.SetTag("rpc.response.status_code", status);
        if (code != StatusCode.OK)
        {
            span.SetTag("error.type", reason ?? status);
        }

        span.SetStatus(s_faults.Contains(code) ? ActivityStatusCode.Error : ActivityStatusCode.Unset, s_faults.Contains(code) ? reason : null);
    }

    private static (StatusCode Code, string? Reason) OutcomeOf(HttpContext context, Exception? thrown)
    {
        var said = CallReason.Of(context);
        var reason = said is null ? null : ErrorReasons.Name(said.Reason);
        if (context.Features.Get<IServerCallContextFeature>()?.ServerCallContext.Status is { } status && (status.StatusCode != StatusCode.OK || said is null))
        {
            return (status.StatusCode, reason);
        }

        return (said?.Code ?? (thrown is null ? StatusCode.OK : StatusCode.Cancelled), reason);
    }

    private static string NameOf(MethodType type) => type switch
    {
        MethodType.Unary => "unary",
        MethodType.ClientStreaming => "client_streaming",
        MethodType.ServerStreaming => "server_streaming",
        _ => "duplex_streaming",
    };

    private static string NameOf(StatusCode code) => code switch
    {
        StatusCode.OK => "OK",
        StatusCode.Cancelled => "CANCELLED",
        StatusCode.InvalidArgument => "INVALID_ARGUMENT",
        StatusCode.DeadlineExceeded => "DEADLINE_EXCEEDED",
        StatusCode.NotFound => "NOT_FOUND",
        StatusCode.AlreadyExists => "ALREADY_EXISTS",
        StatusCode.PermissionDenied => "PERMISSION_DENIED",
        StatusCode.ResourceExhausted => "RESOURCE_EXHAUSTED",
        StatusCode.FailedPrecondition => "FAILED_PRECONDITION",
        StatusCode.Aborted => "ABORTED",
        StatusCode.OutOfRange => "OUT_OF_RANGE",
        StatusCode.Unimplemented => "UNIMPLEMENTED",
        StatusCode.Internal => "INTERNAL",
        StatusCode.Unavailable => "UNAVAILABLE",
        StatusCode.DataLoss => "DATA_LOSS",
        StatusCode.Unauthenticated => "UNAUTHENTICATED",
        _ => "UNKNOWN",
    };
}
