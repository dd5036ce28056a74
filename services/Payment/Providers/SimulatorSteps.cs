using Npgsql;
using NpgsqlTypes;
using Suite.Payments.Domain;
using Suite.Payments.Storage;
using Suite.Platform.Monetary;

namespace Suite.Payments.Providers;

/// <summary>A call for a step at a time.</summary>
/// <param name="Call">The call.</param>
/// <param name="Now">The present.</param>
/// <param name="Later">How long what happens later takes.</param>
internal sealed record SimulatorStepRequest(SimulatorStepCall Call, DateTimeOffset Now, TimeSpan Later);

/// <summary>What is known after a call for a step.</summary>
/// <param name="Step">The step.</param>
/// <param name="Token">The token of its payment.</param>
internal sealed record SimulatorStepReply(SimulatorStep Step, string Token);

/// <summary>
/// What the simulator remembers of captures, voids and refunds. Concurrent calls share one transaction that holds the locks of
/// their payments, so that the rules of <see cref="SimulatorBook"/> see each payment as it is.
/// </summary>
internal sealed class SimulatorSteps
{
    private const string NoWaitForDisk = "SELECT set_config('synchronous_commit', 'off', true)";

    private const string LockHolds =
        """
        SELECT idempotency_key, payment_id, currency, amount_minor, coalesce(token, 'tok_visa'),
            reference IS NOT NULL AND calls >= answers_on_call AND action_state IN (0, 2),
            captured_minor, refunded_minor, released, expire_time,
            (SELECT coalesce(sum(d.amount_minor), 0)::bigint FROM simulator_disputes d
                WHERE d.authorization_key = p.idempotency_key AND d.open_time <= $2
                    AND NOT coalesce(d.decision = 2 AND d.decide_time <= $2, false))
        FROM simulator_payments p WHERE idempotency_key = ANY($1) ORDER BY idempotency_key FOR UPDATE
        """;

    private const string SelectSteps =
        """
        SELECT idempotency_key, authorization_key, kind, currency, amount_minor, is_final, calls, answers_on_call, reference,
            decline_reason, create_time, outcome_time
        FROM simulator_steps WHERE idempotency_key = ANY($1)
        """;

    private const string KeepSteps =
        """
        INSERT INTO simulator_steps (idempotency_key, authorization_key, kind, currency, amount_minor, is_final, calls, answers_on_call,
            reference, decline_reason, create_time, outcome_time)
        SELECT * FROM unnest($1::text[], $2::text[], $3::smallint[], $4::text[], $5::bigint[], $6::boolean[], $7::int[], $8::int[],
            $9::text[], $10::text[], $11::timestamptz[], $12::timestamptz[])
        ON CONFLICT (idempotency_key) DO UPDATE
        SET calls = excluded.calls, reference = excluded.reference, decline_reason = excluded.decline_reason,
            outcome_time = excluded.outcome_time
        """;

    // A void takes away what the holder of the card was to approve.
    private const string KeepHolds =
        """
        UPDATE simulator_payments p
        SET captured_minor = c.captured_minor, refunded_minor = c.refunded_minor, released = c.released,
            void_calls = p.void_calls + c.void_calls,
            void_time = CASE WHEN c.voided THEN coalesce(p.void_time, $7) ELSE p.void_time END,
            action_state = CASE WHEN c.voided AND p.action_state = 1 THEN 3 ELSE p.action_state END,
            reference = CASE WHEN c.voided AND p.action_state = 1 THEN NULL ELSE p.reference END,
            decline_reason = CASE WHEN c.voided AND p.action_state = 1 THEN 'canceled' ELSE p.decline_reason END
        FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::boolean[], $5::int[], $6::boolean[])
            AS c (key, captured_minor, refunded_minor, released, void_calls, voided)
        WHERE p.idempotency_key = c.key
        """;

    private const string KeepDisputes =
        """
        INSERT INTO simulator_disputes (reference, authorization_key, currency, amount_minor, open_time, decide_time, decision)
        SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::timestamptz[], $6::timestamptz[], $7::smallint[])
        ON CONFLICT (reference) DO NOTHING
        """;

    private const string DropExpiries = "DELETE FROM simulator_webhooks WHERE id = ANY($1) AND deliver_time IS NULL";

    private const NpgsqlDbType Texts = NpgsqlDbType.Array | NpgsqlDbType.Text;
    private const NpgsqlDbType Times = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz;
    private const NpgsqlDbType Smallints = NpgsqlDbType.Array | NpgsqlDbType.Smallint;

    private readonly NpgsqlDataSource _dataSource;
    private readonly SimulatorMail _mail;
    private readonly GroupCommit<SimulatorStepRequest, SimulatorStepReply?> _calls;

    public SimulatorSteps(NpgsqlDataSource dataSource, SimulatorMail mail)
    {
        _dataSource = dataSource;
        _mail = mail;
        _calls = new GroupCommit<SimulatorStepRequest, SimulatorStepReply?>(WriteAsync, request => request.Call.AuthorizationKey);
    }

    /// <summary>Keeps a call for a step, and answers what is known under its key now; null when there is no such authorization.</summary>
    public Task<SimulatorStepReply?> CallAsync(SimulatorStepRequest request, CancellationToken cancellationToken) =>
        _calls.WriteAsync(request).WaitAsync(cancellationToken);

    /// <summary>The step under a key.</summary>
    public async Task<SimulatorStep?> FindAsync(string key, CancellationToken cancellationToken)
    {
        await using var command = _dataSource.CreateCommand(SelectSteps);
        command.Parameters.Add(new() { Value = (string[])[key] });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? ReadStep(reader) : null;
    }

    private async Task<IReadOnlyList<SimulatorStepReply?>> WriteAsync(IReadOnlyList<SimulatorStepRequest> requests)
    {
        await using var connection = await _dataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var (holds, steps) = await LockAsync(requests, transaction);
        var results = new List<SimulatorStepReply?>(requests.Count);
        var changes = new List<SimulatorChange>(requests.Count);
        foreach (var request in requests)
        {
            if (!holds.TryGetValue(request.Call.AuthorizationKey, out var hold))
            {
                results.Add(null);
                continue;
            }

            var known = steps.GetValueOrDefault(request.Call.Key);
            var (step, after) = SimulatorBook.Answer(request.Call, known, hold, request.Now, request.Now + request.Later);
            results.Add(new SimulatorStepReply(step, hold.Token));
            changes.Add(new SimulatorChange(request, known, step, hold, after));
        }

        if (changes.Count > 0)
        {
            await using var batch = new NpgsqlBatch(connection, transaction);
            batch.BatchCommands.Add(KeepStepsOf(changes));
            batch.BatchCommands.Add(KeepHoldsOf(changes));
            AddWhatFollows(batch, changes);
            await batch.ExecuteNonQueryAsync();
        }

        await transaction.CommitAsync();
        if (changes.Exists(c => c.IsAnswer))
        {
            _mail.Wake();
        }

        return results;
    }

    private static async Task<(Dictionary<string, SimulatorHold> Holds, Dictionary<string, SimulatorStep> Steps)> LockAsync(
        IReadOnlyList<SimulatorStepRequest> requests, NpgsqlTransaction transaction)
    {
        await using var batch = new NpgsqlBatch(transaction.Connection, transaction);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(NoWaitForDisk));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(LockHolds)
        {
            Parameters =
            {
                new() { Value = requests.Select(r => r.Call.AuthorizationKey).ToArray() },
                new() { Value = requests.Max(r => r.Now) },
            },
        });
        batch.BatchCommands.Add(new NpgsqlBatchCommand(SelectSteps)
        {
            Parameters = { new() { Value = requests.Select(r => r.Call.Key).ToArray() } },
        });
        await using var reader = await batch.ExecuteReaderAsync();
        await reader.NextResultAsync();
        var holds = new Dictionary<string, SimulatorHold>(StringComparer.Ordinal);
        while (await reader.ReadAsync())
        {
            holds.Add(reader.GetString(0), ReadHold(reader));
        }

        await reader.NextResultAsync();
        var steps = new Dictionary<string, SimulatorStep>(StringComparer.Ordinal);
        while (await reader.ReadAsync())
        {
            steps.Add(reader.GetString(0), ReadStep(reader));
        }

        return (holds, steps);
    }

    private static NpgsqlBatchCommand KeepStepsOf(List<SimulatorChange> changes)
    {
        var steps = changes.ConvertAll(c => c.Step);
        var command = new NpgsqlBatchCommand(KeepSteps);
        var p = command.Parameters;
        p.Add(new() { Value = steps.ConvertAll(s => s.Call.Key) });
        p.Add(new() { Value = steps.ConvertAll(s => s.Call.AuthorizationKey) });
        p.Add(new() { Value = steps.ConvertAll(s => (short)s.Call.Kind) });
        p.Add(new() { Value = steps.ConvertAll(s => s.Call.Amount?.CurrencyCode ?? string.Empty) });
        p.Add(new() { Value = steps.ConvertAll(s => s.Call.Amount?.MinorUnits ?? 0) });
        p.Add(new() { Value = steps.ConvertAll(s => s.Call.IsFinal) });
        p.Add(new() { Value = steps.ConvertAll(s => s.Calls) });
        p.Add(new() { Value = steps.ConvertAll(s => s.AnswersOnCall) });
        p.Add(new() { Value = steps.ConvertAll(s => s.Reference), NpgsqlDbType = Texts });
        p.Add(new() { Value = steps.ConvertAll(s => s.DeclineReason), NpgsqlDbType = Texts });
        p.Add(new() { Value = steps.ConvertAll(s => s.CreateTime) });
        p.Add(new() { Value = steps.ConvertAll(s => s.OutcomeTime), NpgsqlDbType = Times });
        return command;
    }

    private static NpgsqlBatchCommand KeepHoldsOf(List<SimulatorChange> changes)
    {
        var command = new NpgsqlBatchCommand(KeepHolds);
        var p = command.Parameters;
        p.Add(new() { Value = changes.ConvertAll(c => c.After.Key) });
        p.Add(new() { Value = changes.ConvertAll(c => c.After.CapturedMinor) });
        p.Add(new() { Value = changes.ConvertAll(c => c.After.RefundedMinor) });
        p.Add(new() { Value = changes.ConvertAll(c => c.After.IsReleased) });
        p.Add(new() { Value = changes.ConvertAll(c => c.Request.Call.Kind == StepKind.Void ? 1 : 0) });
        p.Add(new() { Value = changes.ConvertAll(c => c.IsVoid) });
        p.Add(new() { Value = changes.Max(c => c.Request.Now) });
        return command;
    }

    private static void AddWhatFollows(NpgsqlBatch batch, List<SimulatorChange> changes)
    {
        var released = changes.Where(c => c.After.IsReleased && !c.Before.IsReleased && c.Before.ExpireTime is not null).ToList();
        if (released.Count > 0)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(DropExpiries)
            {
                Parameters = { new() { Value = released.ConvertAll(c => SimulatorWebhook.ExpiryEventId(c.After.Key)) } },
            });
        }

        var disputes = changes.Select(c => c.Dispute).OfType<SimulatorDispute>().ToList();
        if (disputes.Count > 0)
        {
            var command = new NpgsqlBatchCommand(KeepDisputes);
            var p = command.Parameters;
            p.Add(new() { Value = disputes.ConvertAll(d => d.Reference) });
            p.Add(new() { Value = disputes.ConvertAll(d => d.AuthorizationKey) });
            p.Add(new() { Value = disputes.ConvertAll(d => d.Amount.CurrencyCode) });
            p.Add(new() { Value = disputes.ConvertAll(d => d.Amount.MinorUnits) });
            p.Add(new() { Value = disputes.ConvertAll(d => d.OpenTime) });
            p.Add(new() { Value = disputes.ConvertAll(d => d.DecideTime), NpgsqlDbType = Times });
            p.Add(new() { Value = disputes.ConvertAll(d => (short?)d.Decision), NpgsqlDbType = Smallints });
            batch.BatchCommands.Add(command);
        }

        var webhooks = changes.SelectMany(c => c.Webhooks()).ToList();
        if (webhooks.Count > 0)
        {
            batch.BatchCommands.Add(SimulatorMail.Post(webhooks));
        }
    }

    private static SimulatorHold ReadHold(NpgsqlDataReader reader) => new(
        reader.GetString(0),
        reader.IsDBNull(1) ? null : reader.GetGuid(1),
        new MoneyAmount(reader.GetInt64(3), reader.GetString(2)),
        reader.GetString(4),
        reader.GetBoolean(5),
        reader.GetInt64(6),
        reader.GetInt64(7),
        reader.GetInt64(10),
        reader.GetBoolean(8),
        reader.IsDBNull(9) ? null : reader.GetFieldValue<DateTimeOffset>(9));

    private static SimulatorStep ReadStep(NpgsqlDataReader reader)
    {
        var kind = (StepKind)reader.GetInt16(2);
        MoneyAmount? amount = kind == StepKind.Void ? null : new MoneyAmount(reader.GetInt64(4), reader.GetString(3));
        return new SimulatorStep(
            new SimulatorStepCall(reader.GetString(0), kind, reader.GetString(1), amount, reader.GetBoolean(5)),
            reader.GetInt32(6),
            reader.GetInt32(7),
            reader.IsDBNull(8) ? null : reader.GetString(8),
            reader.IsDBNull(9) ? null : reader.GetString(9),
            reader.GetFieldValue<DateTimeOffset>(10),
            reader.IsDBNull(11) ? null : reader.GetFieldValue<DateTimeOffset>(11));
    }
}
