using Npgsql;
using NpgsqlTypes;
using Suite.Payments.Storage;
using Suite.Platform.Monetary;

namespace Suite.Payments.Providers;

/// <summary>A request for an authorization, with the answer it shall have.</summary>
internal sealed record SimulatorCall(string Key, MoneyAmount Amount, string? Reference, string? DeclineReason, int AnswersOnCall);

/// <summary>What the record has under the key now: the first call's amount and answer, and which call this one was, from 1.</summary>
internal sealed record SimulatorEntry(MoneyAmount Amount, string? Reference, string? DeclineReason, int AnswersOnCall, int Number);

/// <summary>
/// What the simulator remembers. Concurrent calls share one statement, and nobody waits for the disk: the record has to
/// outlive the Payment service, not the database server. (Should the server lose its last moments, the payment's own commit
/// cannot be among what it kept: the log is written in order.)
/// </summary>
internal sealed class SimulatorRecord
{
    private const string NoWaitForDisk = "SELECT set_config('synchronous_commit', 'off', true)";

    private const string Call =
        """
        INSERT INTO simulator_payments AS known (idempotency_key, currency, amount_minor, calls, answers_on_call, reference, decline_reason)
        SELECT key, currency, amount_minor, 1, answers_on_call, reference, decline_reason
        FROM unnest($1::text[], $2::text[], $3::bigint[], $4::int[], $5::text[], $6::text[])
            AS call (key, currency, amount_minor, answers_on_call, reference, decline_reason)
        ORDER BY key
        ON CONFLICT (idempotency_key) DO UPDATE SET calls = known.calls + 1
        RETURNING idempotency_key, currency, amount_minor, reference, decline_reason, answers_on_call, calls
        """;

    private const string Void =
        """
        UPDATE simulator_payments SET void_calls = void_calls + 1, void_time = coalesce(void_time, now())
        WHERE idempotency_key = $1 AND reference IS NOT NULL
        """;

    private readonly NpgsqlDataSource _dataSource;
    private readonly GroupCommit<SimulatorCall, SimulatorEntry> _calls;

    public SimulatorRecord(NpgsqlDataSource dataSource)
    {
        _dataSource = dataSource;
        _calls = new GroupCommit<SimulatorCall, SimulatorEntry>(WriteAsync, call => call.Key);
    }

    public Task<SimulatorEntry> CallAsync(SimulatorCall call, CancellationToken cancellationToken) =>
        _calls.WriteAsync(call).WaitAsync(cancellationToken);

    public async Task VoidAsync(string authorizationKey, CancellationToken cancellationToken)
    {
        await using var batch = _dataSource.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand(NoWaitForDisk));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Void) { Parameters = { new() { Value = authorizationKey } } });
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<IReadOnlyList<SimulatorEntry>> WriteAsync(IReadOnlyList<SimulatorCall> calls)
    {
        await using var batch = _dataSource.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand(NoWaitForDisk));
        var command = new NpgsqlBatchCommand(Call);
        var p = command.Parameters;
        p.Add(new() { Value = calls.Select(c => c.Key).ToArray() });
        p.Add(new() { Value = calls.Select(c => c.Amount.CurrencyCode).ToArray() });
        p.Add(new() { Value = calls.Select(c => c.Amount.MinorUnits).ToArray() });
        p.Add(new() { Value = calls.Select(c => c.AnswersOnCall).ToArray() });
        p.Add(new() { Value = calls.Select(c => c.Reference).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        p.Add(new() { Value = calls.Select(c => c.DeclineReason).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        batch.BatchCommands.Add(command);

        var entries = new Dictionary<string, SimulatorEntry>(calls.Count, StringComparer.Ordinal);
        await using var reader = await batch.ExecuteReaderAsync();
        await reader.NextResultAsync();
        while (await reader.ReadAsync())
        {
            entries.Add(reader.GetString(0), new SimulatorEntry(
                new MoneyAmount(reader.GetInt64(2), reader.GetString(1)),
                reader.IsDBNull(3) ? null : reader.GetString(3),
                reader.IsDBNull(4) ? null : reader.GetString(4),
                reader.GetInt32(5),
                reader.GetInt32(6)));
        }

        return [.. calls.Select(call => entries[call.Key])];
    }
}
