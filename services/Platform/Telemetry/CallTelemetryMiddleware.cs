using Microsoft.AspNetCore.Http;

namespace Suite.Platform.Telemetry;

/// <summary>Has every call counted, also those that are refused on the way to their method.</summary>
internal sealed class CallTelemetryMiddleware(RequestDelegate next, CallTelemetry calls)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (CallTelemetry.MethodOf(context.GetEndpoint()) is not { } method)
        {
            return next(context);
        }

        var begun = calls.Begin();
        Task call;
        try
        {
            call = next(context);
        }
        catch (Exception e)
        {
            calls.End(context, method, begun, e);
            throw;
        }

        if (call.IsCompletedSuccessfully)
        {
            // What was answered out of memory needs no state machine of ours around it.
            calls.End(context, method, begun, null);
            return call;
        }

        return AwaitAsync(call, context, method, begun);
    }

    private async Task AwaitAsync(Task call, HttpContext context, Grpc.Core.IMethod method, long begun)
    {
        try
        {
            await call;
        }
        catch (Exception e)
        {
            calls.End(context, method, begun, e);
            throw;
        }

        calls.End(context, method, begun, null);
    }
}
