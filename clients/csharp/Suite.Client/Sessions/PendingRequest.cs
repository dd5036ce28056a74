using Grpc.Core;

namespace Suite.Client;

/// <summary>
/// The request id of a call whose answer may have been lost: the next try repeats it, so that what was done already is answered
/// and not done again.
/// </summary>
internal sealed class PendingRequest
{
    private string? _id;

    public async Task<T> RunAsync<T>(Func<string, Task<T>> call)
    {
        var id = _id ??= Guid.NewGuid().ToString();
        try
        {
            var answer = await call(id).ConfigureAwait(false);
            _id = null;
            return answer;
        }
        catch (SuiteException e) when (IsAnswer(e))
        {
            _id = null;
            throw;
        }
    }

    /// <summary>Whether a failure is the service's answer, so that the call is known to have had no effect.</summary>
    public static bool IsAnswer(SuiteException failure) =>
        failure.Code is StatusCode.Unauthenticated or StatusCode.InvalidArgument or StatusCode.PermissionDenied or StatusCode.NotFound
            or StatusCode.FailedPrecondition or StatusCode.ResourceExhausted;
}
