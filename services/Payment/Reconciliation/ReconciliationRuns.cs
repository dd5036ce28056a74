using Npgsql;

namespace Suite.Payments.Reconciliation;

/// <summary>What the latest scheduled run found.</summary>
/// <param name="Differences">How many differences.</param>
/// <param name="Imbalances">In how many currencies the ledger does not balance.</param>
internal sealed record ReconciliationResult(long Differences, long Imbalances)
{
    /// <summary>When it ended, where that is known.</summary>
    public DateTimeOffset? EndTime { get; init; }
}

/// <summary>The table of scheduled runs: who runs, until when they are believed to, and what came out.</summary>
internal sealed class ReconciliationRuns(NpgsqlDataSource dataSource)
{
    // Whoever holds the lock of this statement's transaction decides; another replica's statement finds the row.
    private const string Begin =
        """
        WITH turn AS MATERIALIZED (SELECT pg_try_advisory_xact_lock(1919246190) AS mine)
        INSERT INTO reconciliations (id, is_full, start_time, lease_end)
        SELECT $1, NOT EXISTS (SELECT FROM reconciliations WHERE is_full AND end_time IS NOT NULL AND start_time > $2 - interval '1 day'), $2, $2 + $3
        FROM turn
        WHERE mine AND NOT EXISTS (
            SELECT FROM reconciliations
            WHERE CASE WHEN end_time IS NULL THEN lease_end > $2 ELSE start_time > $2 - $4 END
        )
        RETURNING is_full
        """;

    private const string Extend = "UPDATE reconciliations SET lease_end = $2 WHERE id = $1 AND end_time IS NULL AND lease_end > $3";

    private const string End =
        """
        UPDATE reconciliations
        SET end_time = $2, payments = $3, provider_payments = $4, differences = $5, imbalances = $6
        WHERE id = $1 AND end_time IS NULL
        """;

    // A run of 30 days ago helps nobody; the table stays small.
    private const string Forget = "DELETE FROM reconciliations WHERE start_time < $1";

    private const string Latest =
        "SELECT differences, imbalances, end_time FROM reconciliations WHERE end_time IS NOT NULL ORDER BY start_time DESC LIMIT 1";

    private static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    /// <summary>Begins a run when one is due and no other replica has one.</summary>
    /// <returns>Whether it is to look at everything; null when there is nothing to do.</returns>
    public async Task<bool?> BeginAsync(Guid id, DateTimeOffset now, TimeSpan every, TimeSpan lease, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(Begin);
        var p = command.Parameters;
        p.Add(new() { Value = id });
        p.Add(new() { Value = now });
        p.Add(new() { Value = lease });
        p.Add(new() { Value = every });
        return (bool?)await command.ExecuteScalarAsync(cancellationToken);
    }

    /// <summary>Says that the run is alive.</summary>
    /// <returns>Whether it still is this replica's.</returns>
    public async Task<bool> ExtendAsync(Guid id, DateTimeOffset now, TimeSpan lease, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(Extend);
        command.Parameters.Add(new() { Value = id });
        command.Parameters.Add(new() { Value = now + lease });
        command.Parameters.Add(new() { Value = now });
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    public async Task EndAsync(
        Guid id, DateTimeOffset now, long payments, long providerPayments, ReconciliationResult result, CancellationToken cancellationToken)
    {
        await using var batch = dataSource.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand(End)
        {
            Parameters =
            {
                new() { Value = id },
                new() { Value = now },
                new() { Value = payments },
                new() { Value = providerPayments },
                new() { Value = result.Differences },
                new() { Value = result.Imbalances },
            },
        });
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Forget) { Parameters = { new() { Value = now - Kept } } });
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>What the latest run that ended found, whichever replica made it; null before the first.</summary>
    public async Task<ReconciliationResult?> LatestAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(Latest);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new ReconciliationResult(reader.GetInt64(0), reader.GetInt64(1)) { EndTime = reader.GetFieldValue<DateTimeOffset>(2) }
            : null;
    }
}
