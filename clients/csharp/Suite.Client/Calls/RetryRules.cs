using System.Security.Authentication;
using Grpc.Core;
using Suite.Contracts.Common.V1;

namespace Suite.Client;

/// <summary>Which failures are worth another attempt, and after how long. <see cref="SuiteRetryOptions"/> tells callers the same.</summary>
internal static class RetryRules
{
    /// <summary>The most retries of a call whose outcome is unknown: a broken connection heals, a fault that looks like one does not.</summary>
    public const int MostUnknownOutcomes = 4;

    public enum Verdict
    {
        Final,
        Retry,

        /// <summary>Nobody knows whether the call had its effect. Its <c>request_id</c> makes repeating it safe.</summary>
        UnknownOutcome,
    }

    public static Verdict Judge(CallFailure failure)
    {
        if (failure.NeverRetry || IsHopeless(failure.Cause))
        {
            return Verdict.Final;
        }

        return failure.Code switch
        {
            StatusCode.Unavailable => Verdict.Retry,
            StatusCode.Aborted when failure.Reason == ErrorReason.RequestInProgress => Verdict.Retry,
            // Nothing was begun, and the service says when to come back.
            StatusCode.Aborted when failure is { Reason: ErrorReason.StepInProgress, RetryAfter: not null } => Verdict.Retry,
            StatusCode.ResourceExhausted when failure.RetryAfter is not null => Verdict.Retry,
            // What a service answers carries a reason; without one it was the way there or back that failed.
            StatusCode.Internal or StatusCode.Unknown or StatusCode.Cancelled when failure.ReasonName.Length == 0 => Verdict.UnknownOutcome,
            _ => Verdict.Final,
        };
    }

    /// <summary>Whether a stream may have failed because of one request on it, and would again.</summary>
    public static bool MayBeOfOneRequest(CallFailure failure) =>
        Judge(failure) == Verdict.Final
        && failure.Code
            is StatusCode.InvalidArgument
            or StatusCode.ResourceExhausted
            or StatusCode.OutOfRange
            or StatusCode.DataLoss
            or StatusCode.Internal;

    /// <summary>Full jitter below a limit that doubles with each retry, on top of what the service asked for.</summary>
    /// <param name="retry">The number of the retry, from 1.</param>
    /// <param name="options">The limits.</param>
    /// <param name="retryAfter">What the service asked for.</param>
    public static TimeSpan Delay(int retry, SuiteRetryOptions options, TimeSpan? retryAfter)
    {
        var limit = Math.Min(options.FirstDelay.TotalMilliseconds * Math.Pow(2, Math.Min(retry - 1, 30)), options.MaxDelay.TotalMilliseconds);
#pragma warning disable CA5394 // Jitter is no secret.
        var jitter = TimeSpan.FromMilliseconds(limit * Random.Shared.NextDouble());
#pragma warning restore CA5394
        return retryAfter is { } floor && floor > TimeSpan.Zero ? floor + jitter : jitter;
    }

    // A certificate that is refused, or plaintext that meets TLS, will be so the next time as well.
    private static bool IsHopeless(Exception? cause)
    {
        for (; cause is not null; cause = cause.InnerException)
        {
            if (cause is AuthenticationException or HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError })
            {
                return true;
            }
        }

        return false;
    }
}
