using Google.Rpc;
using Grpc.Core;
using Suite.Faults.History;

namespace Suite.Faults.Load;

/// <summary>Makes calls and puts down what became of them.</summary>
/// <param name="history">Where to.</param>
/// <param name="seen">Gets each call when it is over.</param>
internal sealed class Recorder(RunHistory history, Action<ClientCall> seen)
{
    /// <summary>How long a client waits. Longer than a service waits for a step, and shorter than anybody's patience.</summary>
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(5);

    private long _ok;
    private long _failed;
    private long _unknown;

    public long Ok => Interlocked.Read(ref _ok);

    public long Failed => Interlocked.Read(ref _failed);

    public long Unknown => Interlocked.Read(ref _unknown);

    /// <summary>Makes one attempt.</summary>
    /// <param name="client">Who calls.</param>
    /// <param name="operation">What it asks for.</param>
    /// <param name="replica">Whom.</param>
    /// <param name="call">The attempt.</param>
    /// <param name="about">Adds what is known of it before.</param>
    /// <param name="read">Adds what the answer says.</param>
    /// <returns>The call, and its answer when there is one.</returns>
    public async Task<(ClientCall Call, T? Answer)> CallAsync<T>(
        string client,
        Operation operation,
        string replica,
        Func<CallOptions, AsyncUnaryCall<T>> call,
        Func<ClientCall, ClientCall> about,
        Func<ClientCall, T, ClientCall> read)
        where T : class
    {
        var entry = about(new ClientCall
        {
            At = TimeSpan.Zero,
            Client = client,
            Start = history.Now,
            StartTime = DateTimeOffset.UtcNow,
            Operation = operation,
            Replica = replica,
            Outcome = Outcome.Unknown,
        });
        try
        {
            var answer = await call(new CallOptions(deadline: DateTime.UtcNow + s_deadline));
            return (Add(read(entry with { Outcome = Outcome.Ok }, answer)), answer);
        }
        catch (RpcException e)
        {
            var reason = e.GetRpcStatus()?.GetDetail<ErrorInfo>()?.Reason ?? string.Empty;
            return (Add(entry with { Outcome = Outcomes.Of(e.StatusCode, reason), Status = e.StatusCode.ToString(), Reason = reason }), null);
        }
    }

    private ClientCall Add(ClientCall call)
    {
        Interlocked.Increment(ref call.Outcome == Outcome.Ok ? ref _ok : ref call.Outcome == Outcome.Failed ? ref _failed : ref _unknown);
        var numbered = history.Add(call with { At = history.Now });
        seen(numbered);
        return numbered;
    }
}
