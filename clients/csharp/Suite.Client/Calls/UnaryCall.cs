using Grpc.Core;

namespace Suite.Client;

/// <summary>Makes unary calls: attempts until one succeeds, or until the session says that it is over.</summary>
internal sealed class UnaryCall<TRequest, TResponse>(
    string service, string method, Func<CallInvoker, TRequest, CallOptions, AsyncUnaryCall<TResponse>> start, bool isSignIn = false)
{
    private readonly RpcName _name = new(service, method, isSignIn);

    public async Task<TResponse> InvokeAsync(
        CallEnvironment environment,
        ServiceEndpoint endpoint,
        TRequest request,
        string? requestId,
        SuiteCallOptions? options,
        CancellationToken cancellationToken)
    {
        using var session = new CallSession(environment, endpoint, _name, requestId, options, isStream: false, cancellationToken);
        while (true)
        {
            session.StartAttempt();
            Exception failure;
            try
            {
                using var call = start(endpoint.Invoker, request, await session.PrepareAsync().ConfigureAwait(false));
                var response = await call.ResponseAsync.ConfigureAwait(false);
                session.Succeed();
                return response;
            }
            catch (Exception e) when (e is RpcException or OperationCanceledException)
            {
                failure = e;
            }

            await session.RecoverAsync(failure).ConfigureAwait(false);
        }
    }
}
