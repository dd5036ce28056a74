using Google.Protobuf;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Suite.Platform.Security;

namespace Suite.Platform.Validation;

/// <summary>
/// Validates every request before its handler sees it, and what its caller may set in it; a stream of requests is validated by its
/// handler, item by item.
/// </summary>
internal sealed class ValidationInterceptor : Interceptor
{
    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        Validate(request, context);
        return continuation(request, context);
    }

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        Validate(request, context);
        return continuation(request, responseStream, context);
    }

    private static void Validate<TRequest>(TRequest request, ServerCallContext context)
    {
        // Reflection and health have contracts of their own.
        if (request is IMessage message && message.Descriptor.File.Package.StartsWith("suite.", StringComparison.Ordinal))
        {
            FieldScopes.Check(message, context.GetCaller());
            RequestValidator.Validate(message);
        }
    }
}
