using Microsoft.Extensions.Logging;

namespace Suite.Platform.Projections;

internal static partial class ProjectionLog
{
    [LoggerMessage(1901, LogLevel.Error, "Projection {Projection} passed over message {MessageId} of type {Type}: {Reason}")]
    public static partial void Skipped(ILogger logger, string projection, Guid messageId, string type, string reason, Exception? exception);

    [LoggerMessage(1902, LogLevel.Information, "Projection {Projection}: making generation {Generation} of version {Version}, {Count} events are read already")]
    public static partial void Building(ILogger logger, string projection, long generation, int version, long count);

    [LoggerMessage(1903, LogLevel.Information, "Projection {Projection}: generation {Generation} is made of {Count} events and serves")]
    public static partial void Serving(ILogger logger, string projection, long generation, long count);

    [LoggerMessage(1904, LogLevel.Information, "Projection {Projection}: of {Documents} documents {Differences} differ from the record")]
    public static partial void Compared(ILogger logger, string projection, long documents, long differences);

    [LoggerMessage(1905, LogLevel.Information, "Projection {Projection}: generation {Generation} is gone")]
    public static partial void Dropped(ILogger logger, string projection, long generation);

    [LoggerMessage(1907, LogLevel.Debug, "How fresh projection {Projection} is could not be noted")]
    public static partial void ProgressUntold(ILogger logger, string projection, Exception exception);

    [LoggerMessage(1906, LogLevel.Warning, "Projections could not be looked after ({Reason}); trying again")]
    public static partial void Failed(ILogger logger, string reason, Exception exception);
}
