using Microsoft.Extensions.Logging;
using Npgsql;
using Suite.Platform.Hosting;

namespace Suite.Platform.Idempotency;

/// <summary>Forgets keys after 48 hours, in small steps that nobody has to wait for.</summary>
internal sealed class IdempotencyCleanup(NpgsqlDataSource dataSource, TimeProvider time, ILogger<IdempotencyCleanup> logger) : BackgroundLoop(time)
{
    private const string DeleteSome =
        """
        DELETE FROM idempotency WHERE request_id IN (
            SELECT request_id FROM idempotency WHERE create_time < now() - interval '48 hours' LIMIT 1000 FOR UPDATE SKIP LOCKED)
        """;

    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(30);

    protected override TimeSpan Pause => Interval;

    protected override async Task<bool> WorkAsync(CancellationToken cancellationToken)
    {
        while (await DeleteSomeAsync(cancellationToken) > 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), Clock, cancellationToken);
        }

        return false;
    }

    protected override void Failed(Exception exception) => IdempotencyLog.CleanupFailed(logger, exception);

    private async Task<int> DeleteSomeAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(DeleteSome);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
