using System.Collections.ObjectModel;
using System.Globalization;
using Google.Rpc;
using Grpc.Core;
using Suite.Contracts.Common.V1;
using RpcStatus = Google.Rpc.Status;

namespace Suite.Client;

/// <summary>What a failed attempt tells, from its status, its details and its trailers.</summary>
internal sealed record CallFailure
{
    private const string PushbackTrailer = "grpc-retry-pushback-ms";
    private const string TraceIdKey = "trace_id";

    public required StatusCode Code { get; init; }

    public required string Detail { get; init; }

    public ErrorReason Reason { get; init; }

    public string ReasonName { get; init; } = string.Empty;

    public IReadOnlyList<SuiteViolation> Violations { get; init; } = [];

    public IReadOnlyDictionary<string, string> Metadata { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The service asked not to be called again (a negative pushback).</summary>
    public bool NeverRetry { get; init; }

    public string? TraceId { get; init; }

    /// <summary>What made the attempt fail on this side, if it did.</summary>
    public Exception? Cause { get; init; }

    public static CallFailure Read(RpcException exception)
    {
        var details = Details(exception);
        var failure = details is null
            ? new CallFailure { Code = exception.StatusCode, Detail = exception.Status.Detail }
            : Read(details) with { Code = exception.StatusCode };
        failure = failure with { Cause = exception.Status.DebugException };
        return exception.Trailers.GetValue(PushbackTrailer) switch
        {
            null => failure,
            { } value when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds) =>
                failure with { RetryAfter = TimeSpan.FromMilliseconds(milliseconds) },
            _ => failure with { NeverRetry = true },
        };
    }

    public static CallFailure Read(RpcStatus status)
    {
        var failure = new CallFailure { Code = (StatusCode)status.Code, Detail = status.Message };
        var violations = new List<SuiteViolation>();
        foreach (var detail in status.Details)
        {
            if (detail.TryUnpack<ErrorInfo>(out var info))
            {
                failure = failure with
                {
                    ReasonName = info.Reason,
                    Reason = ReasonNamed(info.Reason),
                    Metadata = new Dictionary<string, string>(info.Metadata, StringComparer.Ordinal),
                    TraceId = info.Metadata.TryGetValue(TraceIdKey, out var trace) && trace.Length > 0 ? trace : null,
                };
            }
            else if (detail.TryUnpack<BadRequest>(out var bad))
            {
                violations.AddRange(bad.FieldViolations.Select(v => new SuiteViolation(v.Field, v.Description, v.Reason)));
            }
            else if (detail.TryUnpack<PreconditionFailure>(out var precondition))
            {
                violations.AddRange(precondition.Violations.Select(v => new SuiteViolation(v.Subject, v.Description, v.Type)));
            }
            else if (detail.TryUnpack<RetryInfo>(out var retry) && retry.RetryDelay is { } delay)
            {
                failure = failure with { RetryAfter = delay.ToTimeSpan() };
            }
        }

        return failure with { Violations = violations };
    }

    private static RpcStatus? Details(RpcException exception)
    {
        try
        {
            return exception.GetRpcStatus();
        }
        catch (Google.Protobuf.InvalidProtocolBufferException)
        {
            // Details of something that is not ours; the status itself still tells.
            return null;
        }
    }

    private static ErrorReason ReasonNamed(string name) =>
        ErrorReasonReflection.Descriptor.EnumTypes[0].FindValueByName(name) is { } value ? (ErrorReason)value.Number : ErrorReason.Unspecified;
}
