using Grpc.Core;

namespace Suite.Faults.History;

/// <summary>What an error says of what was done.</summary>
internal static class Outcomes
{
    // Nothing was done yet, but it has begun and will be.
    private const string RequestInProgress = "REQUEST_IN_PROGRESS";

    /// <summary>What became of a call that ended with an error. Only what is a refusal for certain is Failed.</summary>
    /// <param name="status">The status.</param>
    /// <param name="reason">The reason of its ErrorInfo; empty where there is none.</param>
    public static Outcome Of(StatusCode status, string reason) => status switch
    {
        StatusCode.InvalidArgument or StatusCode.NotFound or StatusCode.AlreadyExists or StatusCode.PermissionDenied
            or StatusCode.Unauthenticated or StatusCode.FailedPrecondition or StatusCode.OutOfRange or StatusCode.Unimplemented
            or StatusCode.ResourceExhausted => Outcome.Failed,
        // A word of the service's own says what is aborted; without one it may be anybody's.
        StatusCode.Aborted when reason is not ("" or RequestInProgress) => Outcome.Failed,
        _ => Outcome.Unknown,
    };
}
