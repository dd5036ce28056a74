using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.Logging;

namespace Suite.Platform.Errors;

/// <summary>
/// The outermost interceptor: whatever leaves a handler becomes a <c>google.rpc.Status</c> with <c>ErrorInfo</c>. The cause of
/// the unforeseen goes to the log alone.
/// </summary>
internal sealed class ErrorInterceptor(ILogger<ErrorInterceptor> logger, TimeProvider time) : Interceptor
{
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            return await continuation(request, context);
        }
        catch (Exception e)
        {
            throw Translate(e, context);
        }
    }

    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            await continuation(request, responseStream, context);
        }
        catch (Exception e)
        {
            throw Translate(e, context);
        }
    }

    public override async Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            return await continuation(requestStream, context);
        }
        catch (Exception e)
        {
            throw Translate(e, context);
        }
    }

    public override async Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            await continuation(requestStream, responseStream, context);
        }
        catch (Exception e)
        {
            throw Translate(e, context);
        }
    }

    private RpcException Translate(Exception exception, ServerCallContext context)
    {
        var cancelled = context.CancellationToken.IsCancellationRequested;
        var deadlinePassed = context.Deadline <= time.GetUtcNow().UtcDateTime;
        if (ErrorMapping.IsCallersCancellation(exception, cancelled, deadlinePassed))
        {
            return new RpcException(new Status(StatusCode.Cancelled, "The caller cancelled."));
        }

        var error = ErrorMapping.Map(exception, cancelled, deadlinePassed);
        switch (error.Code)
        {
            case StatusCode.Internal:
                ErrorLog.Unforeseen(logger, context.Method, exception);
                break;
            case StatusCode.Unavailable:
                ErrorLog.DependencyUnavailable(logger, context.Method, error.Details.GetValueOrDefault("dependency"), exception);
                break;
        }

        return error.ToRpcException();
    }
}
