using System.Runtime.CompilerServices;
using Grpc.Core;

namespace Suite.Client;

/// <summary>
/// Reads streams that a service sends and that cannot be resumed: a walk over everything there is. One that fails before its first
/// message is tried again; one that breaks later fails, since what it told so far would be told twice.
/// </summary>
internal sealed class ServerStream<TRequest, TResponse>(
    string service, string method, Func<CallInvoker, TRequest, CallOptions, AsyncServerStreamingCall<TResponse>> start)
{
    private readonly RpcName _name = new(service, method);

    public async IAsyncEnumerable<TResponse> RunAsync(
        CallEnvironment environment,
        ServiceEndpoint endpoint,
        TRequest request,
        SuiteCallOptions? options,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var session = new CallSession(environment, endpoint, _name, null, options, isStream: true, cancellationToken);
        var call = await BeginAsync(session, endpoint, request).ConfigureAwait(false);
        try
        {
            for (var isMessage = call.IsMessage; isMessage;)
            {
                yield return call.Stream.ResponseStream.Current;
                try
                {
                    isMessage = await call.Stream.ResponseStream.MoveNext(session.Ending).ConfigureAwait(false);
                }
                catch (Exception e) when (e is RpcException or OperationCanceledException)
                {
                    throw session.Broken(e);
                }
            }

            session.Succeed();
        }
        finally
        {
            call.Stream.Dispose();
        }
    }

    private async Task<(AsyncServerStreamingCall<TResponse> Stream, bool IsMessage)> BeginAsync(
        CallSession session, ServiceEndpoint endpoint, TRequest request)
    {
        while (true)
        {
            AsyncServerStreamingCall<TResponse>? stream = null;
            session.StartAttempt();
            Exception failure;
            try
            {
                stream = start(endpoint.Invoker, request, await session.PrepareAsync().ConfigureAwait(false));
                return (stream, await stream.ResponseStream.MoveNext(session.Ending).ConfigureAwait(false));
            }
            catch (Exception e) when (e is RpcException or OperationCanceledException)
            {
                stream?.Dispose();
                failure = e;
            }

            await session.RecoverAsync(failure).ConfigureAwait(false);
        }
    }
}
