using Google.Protobuf;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Suite.Platform.Telemetry;

namespace Suite.Platform.Errors;

/// <summary>
/// gRPC reads the message of a unary call before any interceptor runs, so bytes that are no message, or too many of them, end
/// there without a reason; and when a deadline passes it answers by itself, before the handler knows. This gives all of them a
/// reason, as long as nothing has been sent.
/// </summary>
internal sealed class ProtocolErrorMiddleware(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        context.Response.OnStarting(
            static state =>
            {
                AddReason((HttpContext)state);
                return Task.CompletedTask;
            },
            context);
        return next(context);
    }

    private static void AddReason(HttpContext context)
    {
        if (!context.Response.Headers.ContainsKey("grpc-status")
            || context.Response.Headers.ContainsKey("grpc-status-details-bin")
            || context.Features.Get<IServerCallContextFeature>() is not { } feature)
        {
            return;
        }

        var status = feature.ServerCallContext.Status;
        var error = status switch
        {
            { DebugException: InvalidProtocolBufferException e } => DomainError.MalformedMessage(e),
            { StatusCode: StatusCode.DeadlineExceeded } => DomainError.DeadlinePassed(status.DebugException),
            { StatusCode: StatusCode.ResourceExhausted } => DomainError.MessageTooLarge(status.DebugException),
            _ => null,
        };
        if (error is null)
        {
            return;
        }

        CallReason.Set(context, error);
        error.WriteTo(context.Response.Headers);
    }
}
