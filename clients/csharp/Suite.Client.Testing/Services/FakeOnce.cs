using Google.Protobuf;
using Suite.Contracts.Common.V1;

namespace Suite.Client.Testing;

/// <summary>Does a thing once for its request id.</summary>
internal static class FakeOnce
{
    public static TResponse Run<TResponse>(FakeState state, string method, IMessage request, string requestId, Func<TResponse> work)
        where TResponse : IMessage, IDeepCloneable<TResponse>
    {
        // What another caller did under this id is not told.
        var key = ($"{method} {state.Caller.Name}", Id(requestId));
        var bytes = request.ToByteString();
        if (state.Requests.TryGetValue(key, out var known))
        {
            return known.Request == bytes
                ? ((TResponse)known.Response).Clone()
                : throw FakeErrors.Invalid("request_id", "was used before with another request; choose a new one.", ErrorReason.RequestIdReused);
        }

        var response = work();
        state.Requests.Add(key, (bytes, response.Clone()));
        return response;
    }

    /// <summary>The id in its one spelling.</summary>
    public static string Id(string requestId) => Guid.TryParseExact(requestId, "D", out var id)
        ? id.ToString()
        : throw FakeErrors.Invalid("request_id", requestId.Length == 0 ? "must be set." : "must be a UUID.");
}
