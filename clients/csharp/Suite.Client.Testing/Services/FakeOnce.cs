using Google.Protobuf;
using Grpc.Core;
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
            return known.Request != bytes
                ? throw FakeErrors.Invalid("request_id", "was used before with another request; choose a new one.", ErrorReason.RequestIdReused)
                : known.Response is { } response ? ((TResponse)response).Clone() : throw Again(known.Refusal!);
        }

        var done = work();
        state.Requests.Add(key, (bytes, done.Clone(), null));
        return done;
    }

    /// <summary>The same for what moves money: a refusal is an answer too, and stays one.</summary>
    public static TResponse RunKeepingRefusals<TResponse>(
        FakeState state, string method, IMessage request, string requestId, Func<TResponse> work)
        where TResponse : IMessage, IDeepCloneable<TResponse>
    {
        try
        {
            return Run(state, method, request, requestId, work);
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.FailedPrecondition)
        {
            state.Requests.TryAdd(($"{method} {state.Caller.Name}", Id(requestId)), (request.ToByteString(), null, e));
            throw;
        }
    }

    /// <summary>The id in its one spelling.</summary>
    public static string Id(string requestId) => Guid.TryParseExact(requestId, "D", out var id)
        ? id.ToString()
        : throw FakeErrors.Invalid("request_id", requestId.Length == 0 ? "must be set." : "must be a UUID.");

    private static RpcException Again(RpcException refusal) => new(refusal.Status, refusal.Trailers, refusal.Message);
}
