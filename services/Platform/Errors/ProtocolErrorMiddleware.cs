using System.Globalization;
using Google.Protobuf;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace Suite.Platform.Errors;

/// <summary>
/// gRPC reads the message of a unary call before any interceptor runs, so bytes that are no message, or too many of them, end
/// there without a reason. This gives them one, as long as nothing has been sent.
/// </summary>
internal sealed class ProtocolErrorMiddleware(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        var call = next(context);
        if (!call.IsCompletedSuccessfully)
        {
            return AwaitAsync(call, context);
        }

        Explain(context);
        return Task.CompletedTask;
    }

    private static async Task AwaitAsync(Task call, HttpContext context)
    {
        await call;
        Explain(context);
    }

    private static void Explain(HttpContext context)
    {
        if (context.Response.HasStarted
            || !context.Response.Headers.ContainsKey("grpc-status")
            || context.Response.Headers.ContainsKey("grpc-status-details-bin")
            || context.Features.Get<IServerCallContextFeature>() is not { } feature)
        {
            return;
        }

        var status = feature.ServerCallContext.Status;
        var error = status switch
        {
            { DebugException: InvalidProtocolBufferException e } => DomainError.MalformedMessage(e),
            { StatusCode: StatusCode.ResourceExhausted } => DomainError.MessageTooLarge(status.DebugException),
            _ => null,
        };
        if (error is null)
        {
            return;
        }

        context.Response.Headers["grpc-status"] = ((int)error.Code).ToString(CultureInfo.InvariantCulture);
        context.Response.Headers["grpc-message"] = error.Message;
        context.Response.Headers["grpc-status-details-bin"] = Convert.ToBase64String(error.ToDetailsHeader());
    }
}
