using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace Suite.Platform.Hosting;

/// <summary>
/// A unary call without a deadline gets one, so that no work runs without an end; what is left of it travels to every call
/// made on its behalf. Streams run for as long as their caller likes.
/// </summary>
internal sealed class DefaultDeadlineMiddleware(RequestDelegate next)
{
    private const string Header = "grpc-timeout";
    private const string Default = "30S";

    public Task InvokeAsync(HttpContext context)
    {
        if (!context.Request.Headers.ContainsKey(Header)
            && context.GetEndpoint()?.Metadata.GetMetadata<GrpcMethodMetadata>()?.Method.Type == MethodType.Unary)
        {
            context.Request.Headers[Header] = Default;
        }

        return next(context);
    }
}
