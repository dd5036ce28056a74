using Npgsql;
using NpgsqlTypes;
using Suite.Payments.Storage;
using Suite.Platform.Monetary;

namespace Suite.Payments.Providers;

/// <summary>A request for an authorization, with the answer it shall have.</summary>
/// <param name="Key">The idempotency key.</param>
/// <param name="PaymentId">Our payment.</param>
/// <param name="Amount">How much.</param>
/// <param name="Token">The token.</param>
/// <param name="Reference">What it is called; null when it is declined.</param>
/// <param name="DeclineReason">Why it is declined.</param>
/// <param name="AnswersOnCall">The call that does the work, from 1.</param>
/// <param name="ActionExpireTime">Until when its holder can approve; null when they are not asked.</param>
/// <param name="ExpireTime">When the hold ends by itself; null when it does not.</param>
/// <param name="Webhooks">What is told when the work is done.</param>
internal sealed record SimulatorCall(
    string Key,
    Guid PaymentId,
    MoneyAmount Amount,
    string Token,
    string? Reference,
    string? DeclineReason,
    int AnswersOnCall,
    DateTimeOffset? ActionExpireTime,
    DateTimeOffset? ExpireTime,
    IReadOnlyList<SimulatorWebhook> Webhooks)
{
    public override string ToString() => Key;
}

/// <summary>What the record has under a key.</summary>
/// <param name="PaymentId">Our payment, as the first call named it.</param>
/// <param name="Amount">The first call's amount.</param>
/// <param name="Token">The first call's token; null for authorizations from before it was kept.</param>
/// <param name="Reference">What it is called, when it is not declined.</param>
/// <param name="DeclineReason">Why it is declined.</param>
/// <param name="AnswersOnCall">The call that does the work, from 1.</param>
/// <param name="Calls">How often it was asked for; after a call, which one that was.</param>
/// <param name="Action">Whether its holder was asked, and what they said.</param>
/// <param name="ActionExpireTime">Until when they can say it.</param>
internal sealed record SimulatorEntry(
    Guid? PaymentId,
    MoneyAmount Amount,
    string? Token,
    string? Reference,
    string? DeclineReason,
    int AnswersOnCall,
    int Calls,
    SimulatorAction Action,
    DateTimeOffset? ActionExpireTime);

/// <summary>Whether the holder of a card was asked, and what they said.</summary>
internal enum SimulatorAction
{
    /// <summary>They were not asked.</summary>
    None = 0,

    /// <summary>They have not said anything yet.</summary>
    Waiting = 1,

    /// <summary>They approved.</summary>
    Approved = 2,

    /// <summary>They refused, or it was given up.</summary>
    Refused = 3,
}

/// <summary>
/// What the simulator remembers of authorizations. Concurrent calls share one statement, and nobody waits for the disk: the record
/// has to outlive the Payment service, not the database server. (Should the server lose its last moments, the payment's own commit
/// cannot be among what it kept: the log is written in order.)
/// </summary>
internal sealed class SimulatorRecord : IDisposable
{
    private const string NoWaitForDisk = "SELECT set_config('synchronous_commit', 'off', true)";

    private const string Columns =
        "payment_id, currency, amount_minor, token, reference, decline_reason, answers_on_call, calls, action_state, action_expire_time";

    private const string Call =
        $"""
        INSERT INTO simulator_payments AS known (
            idempotency_key, payment_id, currency, amount_minor, token, calls, answers_on_call, reference, decline_reason,
            action_state, action_expire_time, expire_time)
        SELECT key, payment_id, currency, amount_minor, token, 1, answers_on_call, reference, decline_reason,
            CASE WHEN action_expire_time IS NULL THEN 0 ELSE 1 END, action_expire_time, expire_time
        FROM unnest($1::text[], $2::uuid[], $3::text[], $4::bigint[], $5::text[], $6::int[], $7::text[], $8::text[], $9::timestamptz[],
                $10::timestamptz[])
            AS call (key, payment_id, currency, amount_minor, token, answers_on_call, reference, decline_reason, action_expire_time,
                expire_time)
        ORDER BY key
        ON CONFLICT (idempotency_key) DO UPDATE SET calls = known.calls + 1
        RETURNING {Columns}, idempotency_key
        """;

    private const int KeyColumn = 10;

    private const string Find = $"SELECT {Columns} FROM simulator_payments WHERE idempotency_key = $1";

    // The holder's word counts once, and in time.
    private const string Decide =
        $"""
        UPDATE simulator_payments
        SET action_state = CASE WHEN $2 THEN 2 ELSE 3 END,
            reference = CASE WHEN $2 THEN reference END,
            decline_reason = CASE WHEN $2 THEN NULL ELSE $3 END
        WHERE idempotency_key = $1 AND action_state = 1 AND action_expire_time > $4 AND calls >= answers_on_call
        RETURNING {Columns}
        """;

    private const NpgsqlDbType Texts = NpgsqlDbType.Array | NpgsqlDbType.Text;
    private const NpgsqlDbType Times = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz;

    private readonly NpgsqlDataSource _dataSource;
    private readonly GroupCommit<SimulatorCall, SimulatorEntry> _calls;

    public SimulatorRecord(NpgsqlDataSource dataSource)
    {
        _dataSource = dataSource;
        _calls = new GroupCommit<SimulatorCall, SimulatorEntry>(WriteAsync, call => call.Key);
        Mail = new SimulatorMail(dataSource);
        Steps = new SimulatorSteps(dataSource, Mail);
        Report = new SimulatorReport(dataSource);
    }

    /// <summary>What it remembers of captures, voids and refunds.</summary>
    public SimulatorSteps Steps { get; }

    /// <summary>What it says of all it remembers.</summary>
    public SimulatorReport Report { get; }

    /// <summary>What it tells by webhook.</summary>
    public SimulatorMail Mail { get; }

    public void Dispose() => Mail.Dispose();

    /// <summary>Keeps a call for an authorization, and answers what is known under its key now.</summary>
    public Task<SimulatorEntry> CallAsync(SimulatorCall call, CancellationToken cancellationToken) =>
        _calls.WriteAsync(call).WaitAsync(cancellationToken);

    /// <summary>The authorization under a key.</summary>
    public async Task<SimulatorEntry?> FindAsync(string key, CancellationToken cancellationToken)
    {
        await using var command = _dataSource.CreateCommand(Find);
        command.Parameters.Add(new() { Value = key });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? Read(reader) : null;
    }

    /// <summary>Keeps what the holder of the card said, and what is told of it.</summary>
    /// <param name="key">The key of the authorization.</param>
    /// <param name="refusal">Null when they approve.</param>
    /// <param name="now">The present.</param>
    /// <param name="webhooks">What to tell.</param>
    /// <param name="cancellationToken">Cancels the wait, not the commit.</param>
    /// <returns>False when nobody asked, or they said something before, or it is too late.</returns>
    public async Task<bool> DecideAsync(
        string key, string? refusal, DateTimeOffset now, IReadOnlyList<SimulatorWebhook> webhooks, CancellationToken cancellationToken)
    {
        await using var connection = await _dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var command = new NpgsqlCommand(Decide, connection, transaction))
        {
            command.Parameters.Add(new() { Value = key });
            command.Parameters.Add(new() { Value = refusal is null });
            command.Parameters.Add(new() { Value = (object?)refusal ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
            command.Parameters.Add(new() { Value = now });
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            if (!await reader.ReadAsync(cancellationToken))
            {
                return false;
            }
        }

        await using (var batch = new NpgsqlBatch(connection, transaction))
        {
            batch.BatchCommands.Add(SimulatorMail.Post(webhooks));
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        Mail.Wake();
        return true;
    }

    private async Task<IReadOnlyList<SimulatorEntry>> WriteAsync(IReadOnlyList<SimulatorCall> calls)
    {
        await using var batch = _dataSource.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand(NoWaitForDisk));
        var command = new NpgsqlBatchCommand(Call);
        var p = command.Parameters;
        p.Add(new() { Value = calls.Select(c => c.Key).ToArray() });
        p.Add(new() { Value = calls.Select(c => c.PaymentId).ToArray() });
        p.Add(new() { Value = calls.Select(c => c.Amount.CurrencyCode).ToArray() });
        p.Add(new() { Value = calls.Select(c => c.Amount.MinorUnits).ToArray() });
        p.Add(new() { Value = calls.Select(c => c.Token).ToArray() });
        p.Add(new() { Value = calls.Select(c => c.AnswersOnCall).ToArray() });
        p.Add(new() { Value = calls.Select(c => c.Reference).ToArray(), NpgsqlDbType = Texts });
        p.Add(new() { Value = calls.Select(c => c.DeclineReason).ToArray(), NpgsqlDbType = Texts });
        p.Add(new() { Value = calls.Select(c => c.ActionExpireTime).ToArray(), NpgsqlDbType = Times });
        p.Add(new() { Value = calls.Select(c => c.ExpireTime).ToArray(), NpgsqlDbType = Times });
        batch.BatchCommands.Add(command);
        var webhooks = calls.SelectMany(c => c.Webhooks).ToList();
        if (webhooks.Count > 0)
        {
            batch.BatchCommands.Add(SimulatorMail.PostWhenAnswered(webhooks));
        }

        var entries = new Dictionary<string, SimulatorEntry>(calls.Count, StringComparer.Ordinal);
        await using (var reader = await batch.ExecuteReaderAsync())
        {
            await reader.NextResultAsync();
            while (await reader.ReadAsync())
            {
                entries.Add(reader.GetString(KeyColumn), Read(reader));
            }
        }

        if (webhooks.Count > 0)
        {
            Mail.Wake();
        }

        return [.. calls.Select(call => entries[call.Key])];
    }

    private static SimulatorEntry Read(NpgsqlDataReader reader) => new(
        reader.IsDBNull(0) ? null : reader.GetGuid(0),
        new MoneyAmount(reader.GetInt64(2), reader.GetString(1)),
        reader.IsDBNull(3) ? null : reader.GetString(3),
        reader.IsDBNull(4) ? null : reader.GetString(4),
        reader.IsDBNull(5) ? null : reader.GetString(5),
        reader.GetInt32(6),
        reader.GetInt32(7),
        (SimulatorAction)reader.GetInt16(8),
        reader.IsDBNull(9) ? null : reader.GetFieldValue<DateTimeOffset>(9));
}
