using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Suite.Platform.Errors;

/// <summary>
/// Turns whatever a handler throws into what the caller is told; the cause of the unforeseen goes to the log alone. The
/// interceptor asks it for every call, and a handler that answers item by item for every item.
/// </summary>
public sealed class ErrorTranslation(ILogger<ErrorTranslation> logger, TimeProvider time)
{
    /// <summary>What to tell the caller.</summary>
    public DomainException Translate(Exception exception, ServerCallContext context)
    {
        var error = ErrorMapping.Map(exception, context.CancellationToken.IsCancellationRequested, DeadlinePassed(context));
        switch (error.Code)
        {
            case StatusCode.Internal:
                ErrorLog.Unforeseen(logger, context.Method, exception);
                break;
            case StatusCode.Unavailable when error.Details.TryGetValue("dependency", out var dependency):
                ErrorLog.DependencyUnavailable(logger, context.Method, dependency, (exception.InnerException ?? exception).GetType().Name);
                break;
        }

        return error;
    }

    /// <summary>Whether the caller went away, so that there is nobody to tell and nothing to log.</summary>
    public bool IsCallersCancellation(Exception exception, ServerCallContext context) =>
        ErrorMapping.IsCallersCancellation(exception, context.CancellationToken.IsCancellationRequested, DeadlinePassed(context));

    private bool DeadlinePassed(ServerCallContext context) => context.Deadline <= time.GetUtcNow().UtcDateTime;
}
