using Microsoft.Extensions.Logging;

namespace Suite.Platform.Idempotency;

internal static partial class IdempotencyLog
{
    [LoggerMessage(1201, LogLevel.Warning, "Old idempotency keys could not be removed; trying again later")]
    public static partial void CleanupFailed(ILogger logger, Exception exception);
}
