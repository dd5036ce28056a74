using Google.Protobuf;
using Grpc.Core;
using Suite.Contracts.Common.V1;
using Suite.Contracts.Orders.V1;

namespace Suite.Client.Testing;

/// <summary>Takes calls in the place of a channel and answers them from memory.</summary>
internal sealed class FakeCallInvoker(FakeState state, CallScript script, TimeProvider time) : CallInvoker
{
    private readonly Lock _lock = new();
    private readonly List<FakeCall> _calls = [];

    public string? RequiredToken { get; set; }

    public IReadOnlyList<FakeCall> Calls
    {
        get
        {
            lock (_lock)
            {
                return [.. _calls];
            }
        }
    }

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        var ending = new CallEnding(options.CancellationToken);
        var response = ending.RunAsync(token => UnaryAsync<TRequest, TResponse>(method, options, request, token));
        return new AsyncUnaryCall<TResponse>(response, ending.Headers, () => ending.Status, () => ending.Trailers, ending.Dispose);
    }

    public override TResponse BlockingUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        using var call = AsyncUnaryCall(method, host, options, request);
        return call.ResponseAsync.GetAwaiter().GetResult();
    }

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        var ending = new CallEnding(options.CancellationToken);
        var stream = new MessagePipe<TResponse>();
        var call = Note(method.FullName, options);
        var copy = Copy(request);
        call.Add(copy);
        _ = stream.RunAsync(ending, async token =>
        {
            var caller = Authorize(call);
            var step = script.Next(method.Name);
            await (copy is WatchOrderRequest watch
                ? FakeStreams.WatchAsync(state, caller, step, watch, Send(stream), time, token)
                : FakeStreams.WalkAsync(state, caller, step, method.FullName, copy, Send(stream), time, token)).ConfigureAwait(false);
        });
        return new AsyncServerStreamingCall<TResponse>(stream, ending.Headers, () => ending.Status, () => ending.Trailers, ending.Dispose);
    }

    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options)
    {
        var ending = new CallEnding(options.CancellationToken);
        var requests = new MessagePipe<TRequest>();
        var responses = new MessagePipe<TResponse>();
        var call = Note(method.FullName, options);
        _ = responses.RunAsync(ending, async token =>
        {
            try
            {
                var caller = Authorize(call);
                await FakeStreams
                    .ImportAsync(state, caller, script, Receive(requests, call, token), Send(responses), time, token).ConfigureAwait(false);
            }
            finally
            {
                requests.Close();
            }
        });
        return new AsyncDuplexStreamingCall<TRequest, TResponse>(
            requests, responses, ending.Headers, () => ending.Status, () => ending.Trailers, ending.Dispose);
    }

    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options) =>
        throw new RpcException(new Status(StatusCode.Unimplemented, $"The fake does not know {method.FullName}."));

    private async Task<TResponse> UnaryAsync<TRequest, TResponse>(
        Method<TRequest, TResponse> method, CallOptions options, TRequest request, CancellationToken cancellationToken)
        where TRequest : class
        where TResponse : class
    {
        var call = Note(method.FullName, options);
        var copy = Copy(request);
        call.Add(copy);
        var caller = Authorize(call);
        var step = script.Next(method.Name);
        if (step.Delay > TimeSpan.Zero)
        {
            await Task.Delay(step.Delay, time, cancellationToken).ConfigureAwait(false);
        }

        // Like a wire, the fake answers some time after the call was made, not inside it.
        await Task.Yield();
        cancellationToken.ThrowIfCancellationRequested();
        if (step.Failure is { } before && !step.AfterEffect)
        {
            throw before();
        }

        var response = step.Reply is { } reply
            ? reply(copy)
            : state.Write(caller, s => FakeMethods.Answer(s, method.FullName, copy));
        return step.Failure is { } after ? throw after() : (TResponse)response;
    }

    private FakeCall Note(string method, CallOptions options)
    {
        var headers = (options.Headers ?? [])
            .Where(h => !h.IsBinary)
            .GroupBy(h => h.Key, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.Last().Value, StringComparer.Ordinal);
        var call = new FakeCall(method.TrimStart('/'), headers, time.GetUtcNow());
        lock (_lock)
        {
            _calls.Add(call);
        }

        return call;
    }

    private FakeCaller Authorize(FakeCall call)
    {
        var policy = FakePolicies.Of(call.Method);
        if (policy.RuleCase == AuthPolicy.RuleOneofCase.Public)
        {
            return FakeCaller.Everyone;
        }

        const string scheme = "Bearer ";
        var header = call.Headers.GetValueOrDefault("authorization");
        var token = header?.StartsWith(scheme, StringComparison.Ordinal) == true ? header[scheme.Length..] : null;
        var caller = token is null ? null : state.Read(s => (FakeCaller?[])[FakeSignIns.Find(s, token)])[0];
        if (caller is null && RequiredToken is { } required && token != required)
        {
            throw token is null
                ? FakeErrors.Make(StatusCode.Unauthenticated, ErrorReason.CredentialsMissing, "The call has no credentials.")
                : FakeSignIns.Invalid();
        }

        caller ??= FakeCaller.Everyone;
        caller.MustHave(policy.Scope);
        return caller;
    }

    private static async IAsyncEnumerable<ImportOrdersRequest> Receive<T>(
        MessagePipe<T> pipe, FakeCall call, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
        where T : class
    {
        while (await pipe.MoveNext(cancellationToken).ConfigureAwait(false))
        {
            var request = (ImportOrdersRequest)Copy(pipe.Current);
            call.Add(request);
            yield return request;
        }
    }

    private static Action<IMessage> Send<T>(MessagePipe<T> pipe)
        where T : class => message => pipe.Send((T)message);

    // What the caller does with its message afterwards is its own affair.
    private static IMessage Copy<T>(T message)
        where T : class => (IMessage)((IDeepCloneable<T>)message).Clone();
}
