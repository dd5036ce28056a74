using System.Globalization;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Suite.Contracts.Common.V1;
using Status = Google.Rpc.Status;

namespace Suite.Platform.Errors;

/// <summary>
/// A foreseen failure: what the caller is told, and nothing else. <see cref="DomainError"/> makes them,
/// <see cref="ErrorInterceptor"/> turns them into <c>google.rpc.Status</c>.
/// </summary>
public sealed class DomainException : Exception
{
    internal DomainException(StatusCode code, ErrorReason reason, string message, Exception? inner = null)
        : base(message, inner)
    {
        Code = code;
        Reason = reason;
    }

    /// <summary>The gRPC status code.</summary>
    public StatusCode Code { get; }

    /// <summary>The reason, as <c>ErrorInfo.reason</c>.</summary>
    public ErrorReason Reason { get; }

    /// <summary>What <c>ErrorInfo.metadata</c> carries; no personal data.</summary>
    public Dictionary<string, string> Details { get; } = [];

    /// <summary>The fields that break the contract.</summary>
    public List<BadRequest.Types.FieldViolation> Fields { get; } = [];

    /// <summary>What the caller would have to change first.</summary>
    public List<PreconditionFailure.Types.Violation> Preconditions { get; } = [];

    /// <summary>When to try again, if that makes sense.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The rich status of this failure.</summary>
    public Status ToStatus()
    {
        var info = new ErrorInfo { Domain = DomainError.Domain, Reason = ErrorReasons.Name(Reason) };
        info.Metadata.Add(Details);
        var status = new Status { Code = (int)Code, Message = Message, Details = { Any.Pack(info) } };
        if (Fields.Count > 0)
        {
            status.Details.Add(Any.Pack(new BadRequest { FieldViolations = { Fields } }));
        }

        if (Preconditions.Count > 0)
        {
            status.Details.Add(Any.Pack(new PreconditionFailure { Violations = { Preconditions } }));
        }

        if (RetryAfter is { } wait)
        {
            status.Details.Add(Any.Pack(new RetryInfo { RetryDelay = Duration.FromTimeSpan(wait) }));
        }

        return status;
    }

    /// <summary>The failure that <see cref="ToStatus"/> made a status of.</summary>
    public static DomainException FromStatus(Status status)
    {
        var info = status.GetDetail<ErrorInfo>() ?? new ErrorInfo();
        var error = new DomainException((StatusCode)status.Code, ErrorReasons.Parse(info.Reason), status.Message)
        {
            RetryAfter = status.GetDetail<RetryInfo>()?.RetryDelay.ToTimeSpan(),
        };
        foreach (var (key, value) in info.Metadata)
        {
            error.Details[key] = value;
        }

        error.Fields.AddRange(status.GetDetail<BadRequest>()?.FieldViolations ?? []);
        error.Preconditions.AddRange(status.GetDetail<PreconditionFailure>()?.Violations ?? []);
        return error;
    }

    /// <summary>The failure as gRPC sends it.</summary>
    public RpcException ToRpcException() => ToStatus().ToRpcException();

    /// <summary>Writes the failure as the headers of an answer without a message (trailers-only). Texts of ours are ASCII.</summary>
    internal void WriteTo(IHeaderDictionary headers)
    {
        headers["grpc-status"] = ((int)Code).ToString(CultureInfo.InvariantCulture);
        headers["grpc-message"] = Message;
        headers["grpc-status-details-bin"] = Convert.ToBase64String(ToStatus().ToByteArray());
    }
}
