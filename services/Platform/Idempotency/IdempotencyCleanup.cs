using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Suite.Platform.Idempotency;

/// <summary>Forgets keys after 48 hours, in small steps that nobody has to wait for.</summary>
internal sealed class IdempotencyCleanup(NpgsqlDataSource dataSource, TimeProvider time, ILogger<IdempotencyCleanup> logger) : BackgroundService
{
    private const string DeleteSome =
        """
        DELETE FROM idempotency WHERE request_id IN (
            SELECT request_id FROM idempotency WHERE create_time < now() - interval '48 hours' LIMIT 1000 FOR UPDATE SKIP LOCKED)
        """;

    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                while (await DeleteSomeAsync(stoppingToken) > 0)
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(100), time, stoppingToken);
                }
            }
            catch (NpgsqlException e)
            {
                IdempotencyLog.CleanupFailed(logger, e);
            }

            await Task.Delay(Interval, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<int> DeleteSomeAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(DeleteSome);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
