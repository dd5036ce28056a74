using Microsoft.Extensions.Logging;

namespace Suite.Platform.Locking;

/// <summary>What is said about locks in the log.</summary>
internal static partial class LockingLog
{
    [LoggerMessage(1421, LogLevel.Warning, "The lock {Name} is lost: {Why}")]
    public static partial void Lost(ILogger logger, string name, string why);

    [LoggerMessage(1422, LogLevel.Information, "The lock {Name} could not be given back; it is free in {Seconds} seconds at the latest")]
    public static partial void NotGivenBack(ILogger logger, string name, double seconds);
}
