using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Suite.Platform.Errors;
using Suite.Platform.Security;

namespace Suite.Platform.Overload;

/// <summary>
/// Refuses calls of a method that has as many running as do well together, with RESOURCE_EXHAUSTED (OVERLOADED) and <c>RetryInfo</c>,
/// before anything is done for them: neither is the body read nor the caller looked at. gRPC-Web and JSON come through here too.
/// There is no queue: whoever waits in one is answered late, and a refusal that comes at once can be acted on.
/// </summary>
internal sealed class OverloadMiddleware(RequestDelegate next, MethodLimits limits, TimeProvider time)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (limits.Of(context.GetEndpoint()) is not { } limit)
        {
            return next(context);
        }

        if (!limit.TryEnter())
        {
            limits.Refused(context.GetEndpoint()!.Metadata.GetRequiredMetadata<GrpcMethodMetadata>().Method.FullName, limit);
            return Refusals.WriteAsync(context, DomainError.Overloaded());
        }

        return RunAsync(context, limit);
    }

    private async Task RunAsync(HttpContext context, AdaptiveLimit limit)
    {
        var entered = time.GetTimestamp();
        try
        {
            await next(context);
        }
        finally
        {
            limit.Leave(time.GetElapsedTime(entered), Worked(context));
        }
    }

    // A refusal of ours stands in the headers (or is JSON); how a method ended is known to gRPC alone.
    private static bool Worked(HttpContext context) =>
        context.Features.Get<IServerCallContextFeature>() is { ServerCallContext.Status.StatusCode: StatusCode.OK }
        && context.Response.StatusCode == StatusCodes.Status200OK;
}
