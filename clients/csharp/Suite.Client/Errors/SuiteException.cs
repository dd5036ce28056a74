using Grpc.Core;
using Suite.Contracts.Common.V1;

namespace Suite.Client;

/// <summary>
/// A call failed for good. The one exception of calls, but for the caller's own cancellation, which is an
/// <see cref="OperationCanceledException"/> with the caller's token. A deadline that passed has <see cref="Code"/> DEADLINE_EXCEEDED.
/// </summary>
public sealed class SuiteException : Exception
{
    internal SuiteException(CallFailure failure, string method, string? requestId, string? traceId, int attempts, Exception? inner)
        : base(Describe(failure, method, requestId, attempts), inner)
    {
        Code = failure.Code;
        Detail = failure.Detail;
        Reason = failure.Reason;
        ReasonName = failure.ReasonName;
        Violations = failure.Violations;
        Metadata = failure.Metadata;
        RetryAfter = failure.RetryAfter;
        Method = method;
        RequestId = requestId;
        TraceId = failure.TraceId ?? traceId;
        Attempts = attempts;
    }

    /// <summary>What kind of failure it is.</summary>
    public StatusCode Code { get; }

    /// <summary>Why, for programs; <see cref="ErrorReason.Unspecified"/> when no reason was given or this version does not know it.</summary>
    public ErrorReason Reason { get; }

    /// <summary>The reason as the service sent it, for example <c>CUSTOMER_NOT_FOUND</c>; empty when it gave none.</summary>
    public string ReasonName { get; }

    /// <summary>The text of the failure alone, for people.</summary>
    public string Detail { get; }

    /// <summary>What is wrong with the request, field by field, or what stands in its way.</summary>
    public IReadOnlyList<SuiteViolation> Violations { get; }

    /// <summary>What the service says about the failure, for example <c>resource</c> or <c>position</c>.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>How long the service asks to wait before another try; <c>null</c> when it does not say.</summary>
    public TimeSpan? RetryAfter { get; }

    /// <summary>The method, for example <c>suite.order.v1.OrderService/CreateOrder</c>.</summary>
    public string Method { get; }

    /// <summary>The <c>request_id</c> of a write: the same call with it happens once. <c>null</c> for reads.</summary>
    public string? RequestId { get; }

    /// <summary>The trace that finds this call in the services' logs; <c>null</c> when there is none.</summary>
    public string? TraceId { get; }

    /// <summary>How many attempts were made; 0 when the call was refused before the first.</summary>
    public int Attempts { get; }

    private static string Describe(CallFailure failure, string method, string? requestId, int attempts)
    {
        var reason = failure.ReasonName.Length > 0 ? $" ({failure.ReasonName})" : string.Empty;
        var id = requestId is null ? string.Empty : $", request_id {requestId}";
        return $"{method}: {failure.Code}{reason}: {failure.Detail} [{attempts} attempt{(attempts == 1 ? string.Empty : "s")}{id}]";
    }
}
