using Npgsql;
using NpgsqlTypes;
using Suite.Payments.Domain;
using Suite.Platform.Telemetry;

namespace Suite.Payments.Storage;

/// <summary>A step to be written, with the trace that goes on and the lease when this replica works it off at once.</summary>
internal sealed record NewStep(PaymentStep Step, TraceContext Trace, Guid? LeaseToken = null);

/// <summary>A step this replica has to itself for the time of the lease.</summary>
/// <param name="Step">The step; its attempts count this one.</param>
/// <param name="Payment">Its payment as it was when the step was claimed.</param>
/// <param name="LeaseToken">Proves the claim.</param>
/// <param name="Trace">The trace that goes on.</param>
internal sealed record StepClaim(PaymentStep Step, Payment Payment, Guid LeaseToken, TraceContext Trace)
{
    public override string ToString() => Step.ToString();
}

/// <summary>
/// The table <c>payment_steps</c>: intents that are taken with a lease in one short statement. Their outcome is written under the lock of
/// their payment. Times are the database's, so that replicas' clocks need not agree.
/// </summary>
internal sealed class StepStore(NpgsqlDataSource dataSource)
{
    private const string Columns =
        "s.id, s.payment_id, s.kind, s.amount_minor, s.is_final, s.state, s.decline_reason, s.provider_reference, s.request_hash, s.caller, "
        + "s.reason, s.attempts, s.create_time, s.outcome_time";

    private const int ColumnCount = 14;

    // The database refuses a second capture or void while one is open.
    private const string Insert =
        """
        INSERT INTO payment_steps (id, payment_id, kind, amount_minor, is_final, state, request_hash, caller, reason, attempts,
            next_attempt_time, lease_token, create_time, traceparent, tracestate, baggage, provider_reference, outcome_time)
        SELECT id, payment_id, kind, amount_minor, is_final, state, request_hash, caller, reason,
            CASE WHEN lease_token IS NULL THEN 0 ELSE 1 END,
            clock_timestamp() + CASE WHEN lease_token IS NULL THEN interval '0' ELSE $11 END, lease_token, create_time,
            traceparent, tracestate, baggage, provider_reference, outcome_time
        FROM unnest($1::uuid[], $2::uuid[], $3::smallint[], $4::bigint[], $5::boolean[], $6::bytea[], $7::text[], $8::text[], $9::uuid[],
                $10::timestamptz[], $12::text[], $13::text[], $14::text[], $15::smallint[], $16::text[], $17::timestamptz[])
            AS s (id, payment_id, kind, amount_minor, is_final, request_hash, caller, reason, lease_token, create_time,
                traceparent, tracestate, baggage, state, provider_reference, outcome_time)
        """;

    private const string Update =
        """
        UPDATE payment_steps
        SET state = $2, decline_reason = $3, provider_reference = $4, outcome_time = $5, lease_token = NULL,
            baggage = CASE WHEN $2 IN (3, 4) THEN NULL ELSE baggage END
        WHERE id = $1
        """;

    private const string SelectOne = $"SELECT {Columns} FROM payment_steps s WHERE s.id = $1";

    private const string SelectOfPayment = $"SELECT {Columns} FROM payment_steps s WHERE s.payment_id = $1";

    private const string ClaimDue =
        $"""
        WITH due AS (
            SELECT id FROM payment_steps
            WHERE state IN (1, 2) AND next_attempt_time <= now()
            ORDER BY next_attempt_time LIMIT $1
            FOR UPDATE SKIP LOCKED
        )
        UPDATE payment_steps s SET lease_token = $2, attempts = s.attempts + 1, next_attempt_time = now() + $3
        FROM due, payments WHERE s.id = due.id AND payments.id = s.payment_id
        RETURNING {PaymentRow.Columns}, {Columns}, s.traceparent, s.tracestate, s.baggage
        """;

    // Written by the holder of the lease alone: whoever took it over knows better when to ask again.
    private const string Retry =
        """
        UPDATE payment_steps SET state = $3, next_attempt_time = now() + $4, lease_token = NULL
        WHERE id = $1 AND lease_token = $2 AND state IN (1, 2)
        """;

    /// <summary>Takes up to <paramref name="most"/> steps that are due, for <paramref name="lease"/>.</summary>
    public async Task<IReadOnlyList<StepClaim>> ClaimAsync(int most, TimeSpan lease, CancellationToken cancellationToken)
    {
        var token = Guid.NewGuid();
        await using var command = dataSource.CreateCommand(ClaimDue);
        command.Parameters.Add(new() { Value = most });
        command.Parameters.Add(new() { Value = token });
        command.Parameters.Add(new() { Value = lease });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var claims = new List<StepClaim>();
        while (await reader.ReadAsync(cancellationToken))
        {
            const int trace = PaymentRow.ColumnCount + ColumnCount;
            claims.Add(new StepClaim(
                Read(reader, PaymentRow.ColumnCount),
                PaymentRow.Read(reader),
                token,
                new TraceContext(reader.TextOrNull(trace), reader.TextOrNull(trace + 1), reader.TextOrNull(trace + 2))));
        }

        return claims;
    }

    /// <summary>Leaves a claimed step to be asked for again after a pause.</summary>
    /// <param name="claim">The claim; nothing is written when it was lost.</param>
    /// <param name="asked">Whether the provider may have been asked.</param>
    /// <param name="pause">How long to wait.</param>
    public async Task RetryAsync(StepClaim claim, bool asked, TimeSpan pause)
    {
        await using var command = dataSource.CreateCommand(Retry);
        command.Parameters.Add(new() { Value = claim.Step.Id });
        command.Parameters.Add(new() { Value = claim.LeaseToken });
        command.Parameters.Add(new() { Value = (short)(asked ? StepState.Unknown : claim.Step.State) });
        command.Parameters.Add(new() { Value = pause });
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>The steps of a payment, in no order.</summary>
    public async Task<IReadOnlyList<PaymentStep>> OfPaymentAsync(Guid paymentId, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await OfPaymentAsync(paymentId, connection, cancellationToken);
    }

    /// <summary>The steps of a payment as a transaction sees them, in no order.</summary>
    public static async Task<IReadOnlyList<PaymentStep>> OfPaymentAsync(
        Guid paymentId, NpgsqlConnection connection, CancellationToken cancellationToken) =>
        await ReadAllAsync(SelectOfPayment, paymentId, connection, cancellationToken);

    /// <summary>A step, or null.</summary>
    public static async Task<PaymentStep?> FindAsync(Guid id, NpgsqlConnection connection, CancellationToken cancellationToken) =>
        (await ReadAllAsync(SelectOne, id, connection, cancellationToken)).SingleOrDefault();

    /// <summary>Writes new steps in the caller's transaction, which has locked their payments.</summary>
    public static async Task InsertAsync(
        IReadOnlyList<NewStep> steps, TimeSpan lease, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Insert, transaction.Connection, transaction);
        var p = command.Parameters;
        p.Add(new() { Value = steps.Select(s => s.Step.Id).ToArray() });
        p.Add(new() { Value = steps.Select(s => s.Step.PaymentId).ToArray() });
        p.Add(new() { Value = steps.Select(s => (short)s.Step.Plan.Kind).ToArray() });
        p.Add(new() { Value = steps.Select(s => s.Step.Plan.AmountMinor).ToArray() });
        p.Add(new() { Value = steps.Select(s => s.Step.Plan.IsFinal).ToArray() });
        p.Add(new() { Value = steps.Select(s => s.Step.RequestHash).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea });
        p.Add(new() { Value = steps.Select(s => s.Step.Caller).ToArray() });
        p.Add(new() { Value = steps.Select(s => s.Step.Reason).ToArray() });
        p.Add(new() { Value = steps.Select(s => s.LeaseToken).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid });
        p.Add(new() { Value = steps.Select(s => s.Step.CreateTime).ToArray() });
        p.Add(new() { Value = lease });
        p.AddTraces([.. steps.Select(s => s.Trace)]);
        p.Add(new() { Value = steps.Select(s => (short)s.Step.State).ToArray() });
        p.Add(new() { Value = steps.Select(s => s.Step.ProviderReference).ToArray() });
        p.AddTimes(steps.Select(s => s.Step.OutcomeTime));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Writes what became of a step in the caller's transaction, which has locked its payment.</summary>
    public static async Task UpdateAsync(PaymentStep step, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Update, transaction.Connection, transaction);
        command.Parameters.Add(new() { Value = step.Id });
        command.Parameters.Add(new() { Value = (short)step.State });
        command.Parameters.Add(new() { Value = step.DeclineReason });
        command.Parameters.Add(new() { Value = step.ProviderReference });
        command.Parameters.Add(new() { Value = (object?)step.OutcomeTime ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<IReadOnlyList<PaymentStep>> ReadAllAsync(
        string statement, Guid id, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(statement, connection);
        command.Parameters.Add(new() { Value = id });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var steps = new List<PaymentStep>();
        while (await reader.ReadAsync(cancellationToken))
        {
            steps.Add(Read(reader, 0));
        }

        return steps;
    }

    private static PaymentStep Read(NpgsqlDataReader reader, int first) => new()
    {
        Id = reader.GetGuid(first),
        PaymentId = reader.GetGuid(first + 1),
        Plan = new StepPlan((StepKind)reader.GetInt16(first + 2), reader.GetInt64(first + 3), reader.GetBoolean(first + 4)),
        State = (StepState)reader.GetInt16(first + 5),
        DeclineReason = reader.GetString(first + 6),
        ProviderReference = reader.GetString(first + 7),
        RequestHash = reader.IsDBNull(first + 8) ? null : reader.GetFieldValue<byte[]>(first + 8),
        Caller = reader.GetString(first + 9),
        Reason = reader.GetString(first + 10),
        Attempts = reader.GetInt32(first + 11),
        CreateTime = reader.GetFieldValue<DateTimeOffset>(first + 12),
        OutcomeTime = reader.TimeOrNull(first + 13),
    };
}
