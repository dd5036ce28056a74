using Microsoft.Extensions.Logging;

namespace Suite.Platform.Overload;

internal static partial class OverloadLog
{
    [LoggerMessage(1701, LogLevel.Warning, "Calls of {Method} are refused: {Most} run already, and more would only wait")]
    public static partial void Refusing(ILogger logger, string method, int most);

    [LoggerMessage(1702, LogLevel.Warning, "All {Threads} threads wait for something that does not answer; adding some")]
    public static partial void AddingThreads(ILogger logger, int threads);
}
