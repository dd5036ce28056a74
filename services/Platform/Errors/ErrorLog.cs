using Microsoft.Extensions.Logging;

namespace Suite.Platform.Errors;

internal static partial class ErrorLog
{
    [LoggerMessage(1001, LogLevel.Error, "{Method} failed in a way nobody foresaw")]
    public static partial void Unforeseen(ILogger logger, string method, Exception exception);

    // A line and no stack: while a store is away, every call says this.
    [LoggerMessage(1002, LogLevel.Warning, "{Method} could not reach {Dependency} ({Reason})")]
    public static partial void DependencyUnavailable(ILogger logger, string method, string dependency, string reason);
}
