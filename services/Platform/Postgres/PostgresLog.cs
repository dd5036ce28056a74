using Microsoft.Extensions.Logging;

namespace Suite.Platform.Postgres;

internal static partial class PostgresLog
{
    [LoggerMessage(1101, LogLevel.Information, "Applied migration {Set}/{File}")]
    public static partial void MigrationApplied(ILogger logger, string set, string file);

    [LoggerMessage(1102, LogLevel.Information, "Created database {Database}")]
    public static partial void DatabaseCreated(ILogger logger, string database);

    [LoggerMessage(1103, LogLevel.Warning, "PostgreSQL does not answer yet ({Reason}); trying again")]
    public static partial void WaitingForDatabase(ILogger logger, string reason);
}
