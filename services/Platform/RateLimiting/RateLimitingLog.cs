using Microsoft.Extensions.Logging;

namespace Suite.Platform.RateLimiting;

internal static partial class RateLimitingLog
{
    [LoggerMessage(1501, LogLevel.Warning, "Redis does not answer ({Reason}); every replica counts its limits alone until it does")]
    public static partial void RedisAway(ILogger logger, string reason);

    [LoggerMessage(1502, LogLevel.Information, "Redis answers again; limits count for all replicas together")]
    public static partial void RedisBack(ILogger logger);
}
