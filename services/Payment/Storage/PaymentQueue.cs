using Npgsql;
using NpgsqlTypes;
using Suite.Payments.Domain;
using Suite.Payments.Ledger;
using Suite.Platform.Messaging;
using Suite.Platform.Telemetry;

namespace Suite.Payments.Storage;

/// <summary>
/// The authorizations in the table <c>payments</c>: taken with a lease in one short statement, and settled (state, posting, event,
/// answer) in another, many at once. Nothing is locked in between. Times are the database's, so that replicas' clocks need not agree.
/// </summary>
internal sealed class PaymentQueue
{
    private const string ClaimDue =
        $"""
        WITH due AS (
            SELECT id FROM payments
            WHERE state IN (1, 8) AND next_attempt_time <= now()
            ORDER BY next_attempt_time LIMIT $1
            FOR UPDATE SKIP LOCKED
        )
        UPDATE payments SET lease_token = $2, attempts = attempts + 1, next_attempt_time = now() + $3
        FROM due WHERE payments.id = due.id
        RETURNING {PaymentRow.Columns}, payment_method, traceparent, tracestate, baggage
        """;

    // The guard is the state the work began in and the lease: of two replicas that come with an answer, one finds its row.
    // Rows are locked in order of id, so that two batches that meet wait for each other instead of deadlocking. A hold that nobody
    // wants any more gets the step that releases it.
    private static readonly string SettleMany =
        $"""
        WITH result AS (
            SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::smallint[], $4::smallint[], $5::text[], $6::text[], $7::timestamptz[],
                    $17::text[], $18::timestamptz[], $19::timestamptz[], $20::timestamptz[], $21::uuid[], $22::bytea[])
                AS r (id, lease_token, state_before, state, decline_reason, provider_reference, update_time,
                    next_action_uri, action_expire_time, authorization_expire_time, outcome_time, void_step, answer)
        ), held AS (
            SELECT p.id FROM payments p JOIN result r ON p.id = r.id
            WHERE p.state = r.state_before AND p.lease_token = r.lease_token
            ORDER BY p.id FOR UPDATE OF p
        ), changed AS (
            UPDATE payments p
            SET state = r.state, decline_reason = r.decline_reason, provider_reference = r.provider_reference, payment_method = '',
                version = p.version + 1, update_time = r.update_time, outcome_time = r.outcome_time, lease_token = NULL,
                next_action_uri = r.next_action_uri, action_expire_time = r.action_expire_time,
                authorization_expire_time = r.authorization_expire_time,
                next_attempt_time = CASE WHEN r.state = 8 AND NOT p.void_requested THEN r.action_expire_time ELSE now() END
            FROM result r JOIN held h ON h.id = r.id
            WHERE p.id = r.id
            RETURNING p.id, p.state = 2 AND p.void_requested AS void_due, r.void_step, r.answer, p.request_id, p.request_hash,
                p.amount_minor, p.update_time, p.traceparent, p.tracestate, p.baggage
        ), kept AS (
            INSERT INTO event_history ({EventHistory.Columns})
            SELECT o.payment_id, o.version, o.type, o.payload, substr(o.traceparent, 4, 32)::uuid
            FROM unnest($1::uuid[], $23::bigint[], $12::text[], $13::bytea[], $14::text[]) AS o (payment_id, version, type, payload, traceparent)
            JOIN changed c ON c.id = o.payment_id
        ), told AS (
            INSERT INTO outbox ({OutboxRow.Columns})
            SELECT o.event_id, o.shard, o.topic, o.key, o.type, o.payload, o.traceparent, o.tracestate, o.baggage
            FROM unnest($1::uuid[], $8::uuid[], $9::smallint[], $10::text[], $11::text[], $12::text[], $13::bytea[],
                    $14::text[], $15::text[], $16::text[])
                AS o (payment_id, event_id, shard, topic, key, type, payload, traceparent, tracestate, baggage)
            JOIN changed c ON c.id = o.payment_id
        ), voids AS (
            INSERT INTO payment_steps (id, payment_id, kind, amount_minor, is_final, state, next_attempt_time, create_time,
                traceparent, tracestate, baggage)
            SELECT void_step, id, 3, amount_minor, true, 1, now(), update_time, traceparent, tracestate, baggage FROM changed WHERE void_due
        ), answered AS (
            INSERT INTO idempotency (request_id, request_hash, response)
            SELECT request_id, request_hash, answer FROM changed WHERE answer IS NOT NULL
            ON CONFLICT DO NOTHING
        ), {JournalSql.Posting(24, "JOIN changed c ON c.id = t.guard")}
        SELECT id, void_due FROM changed
        """;

    private const string RetryMany =
        """
        WITH result AS (
            SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::smallint[], $4::interval[]) AS r (id, lease_token, state, pause)
        ), held AS (
            SELECT p.id FROM payments p JOIN result r ON p.id = r.id
            WHERE p.state = r.state AND p.lease_token = r.lease_token
            ORDER BY p.id FOR UPDATE OF p
        )
        UPDATE payments p SET next_attempt_time = now() + r.pause, lease_token = NULL
        FROM result r JOIN held h ON h.id = r.id
        WHERE p.id = r.id
        RETURNING p.id, false
        """;

    private readonly NpgsqlDataSource _dataSource;
    private readonly IOutbox _outbox;

    // Two groups, each with transactions of its own: one transaction of both would lock its rows in the order of the first
    // and then of the second, and a batch of cancels that meets it could deadlock.
    private readonly GroupCommit<Settlement, Settled> _transitions;
    private readonly GroupCommit<Settlement, Settled> _retries;

    public PaymentQueue(NpgsqlDataSource dataSource, IOutbox outbox)
    {
        _dataSource = dataSource;
        _outbox = outbox;
        _transitions = new GroupCommit<Settlement, Settled>(WriteTransitionsAsync, settlement => settlement.Claim.Payment.Id);
        _retries = new GroupCommit<Settlement, Settled>(
            settlements => WriteAsync(settlements, RetryCommand(settlements)), settlement => settlement.Claim.Payment.Id);
    }

    /// <summary>Takes up to <paramref name="most"/> payments whose work is due, for <paramref name="lease"/>.</summary>
    public async Task<IReadOnlyList<Claim>> ClaimAsync(int most, TimeSpan lease, CancellationToken cancellationToken)
    {
        var token = Guid.NewGuid();
        await using var command = _dataSource.CreateCommand(ClaimDue);
        command.Parameters.Add(new() { Value = most });
        command.Parameters.Add(new() { Value = token });
        command.Parameters.Add(new() { Value = lease });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var claims = new List<Claim>();
        while (await reader.ReadAsync(cancellationToken))
        {
            const int next = PaymentRow.ColumnCount;
            claims.Add(new Claim(
                PaymentRow.Read(reader),
                reader.GetString(next),
                token,
                new TraceContext(reader.TextOrNull(next + 1), reader.TextOrNull(next + 2), reader.TextOrNull(next + 3))));
        }

        return claims;
    }

    /// <summary>Commits what came of a claim, together with whatever else arrives at the moment.</summary>
    public Task<Settled> SettleAsync(Settlement settlement) =>
        (settlement.After is null ? _retries : _transitions).WriteAsync(settlement);

    private async Task<IReadOnlyList<Settled>> WriteTransitionsAsync(IReadOnlyList<Settlement> settlements)
    {
        var results = await WriteAsync(settlements, SettleCommand(settlements));
        _outbox.Wake();
        return results;
    }

    private static async Task<IReadOnlyList<Settled>> WriteAsync(IReadOnlyList<Settlement> settlements, NpgsqlCommand statement)
    {
        await using var command = statement;
        await using var reader = await command.ExecuteReaderAsync();
        var found = new Dictionary<Guid, Settled>(settlements.Count);
        while (await reader.ReadAsync())
        {
            found.Add(reader.GetGuid(0), reader.GetBoolean(1) ? Settled.VoidDue : Settled.Committed);
        }

        return [.. settlements.Select(s => found.GetValueOrDefault(s.Claim.Payment.Id))];
    }

    private NpgsqlCommand SettleCommand(IReadOnlyList<Settlement> settlements)
    {
        var command = _dataSource.CreateCommand(SettleMany);
        var p = command.Parameters;
        p.Add(new() { Value = settlements.Select(s => s.After!.Id).ToArray() });
        p.Add(new() { Value = settlements.Select(s => s.Claim.LeaseToken).ToArray() });
        p.Add(new() { Value = settlements.Select(s => (short)s.Claim.Payment.State).ToArray() });
        p.Add(new() { Value = settlements.Select(s => (short)s.After!.State).ToArray() });
        p.Add(new() { Value = settlements.Select(s => s.After!.DeclineReason).ToArray() });
        p.Add(new() { Value = settlements.Select(s => s.After!.ProviderReference).ToArray() });
        p.Add(new() { Value = settlements.Select(s => s.After!.UpdateTime).ToArray() });
        p.Add(new() { Value = settlements.Select(s => s.Event!.EventId).ToArray() });
        p.Add(new() { Value = settlements.Select(s => s.Event!.Shard).ToArray() });
        p.Add(new() { Value = settlements.Select(s => s.Event!.Topic).ToArray() });
        p.Add(new() { Value = settlements.Select(s => s.Event!.Key).ToArray() });
        p.Add(new() { Value = settlements.Select(s => s.Event!.Type).ToArray() });
        p.Add(new() { Value = settlements.Select(s => s.Event!.Payload).ToArray() });
        p.AddTexts(settlements.Select(s => s.Event!.TraceParent));
        p.AddTexts(settlements.Select(s => s.Event!.TraceState));
        p.AddTexts(settlements.Select(s => s.Event!.Baggage));
        p.Add(new() { Value = settlements.Select(s => s.After!.NextActionUri).ToArray() });
        p.AddTimes(settlements.Select(s => s.After!.ActionExpireTime));
        p.AddTimes(settlements.Select(s => s.After!.AuthorizationExpireTime));
        p.AddTimes(settlements.Select(s => s.After!.OutcomeTime));
        p.Add(new() { Value = settlements.Select(s => s.VoidStep).ToArray() });
        p.Add(new() { Value = settlements.Select(s => s.Answer).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea });
        p.Add(new() { Value = settlements.Select(s => s.After!.Version).ToArray() });
        JournalSql.AddParameters(p, [.. settlements.SelectMany(s => s.Postings.Select(t => (t, (Guid?)s.Claim.Payment.Id)))]);
        return command;
    }

    private NpgsqlCommand RetryCommand(IReadOnlyList<Settlement> settlements)
    {
        var command = _dataSource.CreateCommand(RetryMany);
        command.Parameters.Add(new() { Value = settlements.Select(s => s.Claim.Payment.Id).ToArray() });
        command.Parameters.Add(new() { Value = settlements.Select(s => s.Claim.LeaseToken).ToArray() });
        command.Parameters.Add(new() { Value = settlements.Select(s => (short)s.Claim.Payment.State).ToArray() });
        command.Parameters.Add(new() { Value = settlements.Select(s => s.RetryAfter).ToArray() });
        return command;
    }
}
