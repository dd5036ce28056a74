using Grpc.Core;

namespace Suite.Tests.EndToEnd.Running;

/// <summary>What a careful caller of any language does: it asks again, with the same request, until there is an answer.</summary>
internal static class Asking
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Repeats a call while its outcome is unknown or it is told to come back.</summary>
    /// <exception cref="RpcException">The call failed for good, or had no answer for a minute.</exception>
    public static async Task<T> UntilAnsweredAsync<T>(Func<Task<T>> call)
    {
        for (var limit = DateTime.UtcNow.AddSeconds(60); ; await Task.Delay(s_pause))
        {
            try
            {
                return await call();
            }
            catch (RpcException e) when (IsOpen(e) && DateTime.UtcNow < limit)
            {
                // Whether it happened is not known.
            }
        }
    }

    private static bool IsOpen(RpcException failure) => failure.StatusCode switch
    {
        StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.Cancelled => true,
        // A connection that broke under the call; a service's own INTERNAL names itself.
        StatusCode.Internal => Refusal.Of(failure).Info is null,
        StatusCode.Aborted => Refusal.Of(failure).Reason is "REQUEST_IN_PROGRESS" or "STEP_IN_PROGRESS",
        _ => false,
    };
}
