using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Suite.Platform.Redis;

/// <summary>What is said about Redis in the log. Never a configuration: it has a password.</summary>
internal static partial class RedisLog
{
    [LoggerMessage(1401, LogLevel.Warning, "The connection to Redis at {Endpoint} is lost ({Failure}); reads go to the record meanwhile")]
    public static partial void Lost(ILogger logger, string? endpoint, ConnectionFailureType failure);

    [LoggerMessage(1402, LogLevel.Information, "Redis at {Endpoint} is connected again")]
    public static partial void Restored(ILogger logger, string? endpoint);

    [LoggerMessage(1403, LogLevel.Warning, "Redis does not answer yet; starting without it")]
    public static partial void StartingWithout(ILogger logger);
}
