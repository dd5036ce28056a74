using Microsoft.Extensions.Logging;

namespace Suite.Platform.Caching;

/// <summary>What is said about caches in the log.</summary>
internal static partial class CachingLog
{
    [LoggerMessage(1411, LogLevel.Warning, "The record does not answer; the cache {Cache} answers with what it has, up to {Minutes} minutes old")]
    public static partial void ServingStale(ILogger logger, string cache, double minutes);
}
