using Npgsql;

namespace Suite.Faults.History;

/// <summary>
/// Reads the simulator's own record. It is another company's, which happens to live in Payment's database: nothing of Suite's is read here.
/// </summary>
internal static class ProviderReading
{
    // What the simulator's own report computes is said here once more: what judges it shares no code with it.
    private const string Authorizations =
        """
        SELECT idempotency_key, coalesce(payment_id::text, idempotency_key), coalesce(token, ''), currency,
            CASE WHEN made THEN amount_minor ELSE 0 END,
            CASE WHEN made AND NOT released AND NOT coalesce(expire_time <= now(), false) THEN amount_minor - captured_minor ELSE 0 END,
            captured_minor,
            refunded_minor - (SELECT coalesce(sum(s.amount_minor), 0)::bigint FROM simulator_steps s
                WHERE s.authorization_key = p.idempotency_key AND s.kind = 4 AND s.reference IS NOT NULL AND s.outcome_time > now()),
            (SELECT coalesce(sum(d.amount_minor), 0)::bigint FROM simulator_disputes d
                WHERE d.authorization_key = p.idempotency_key AND d.open_time <= now()
                    AND NOT coalesce(d.decision = 2 AND d.decide_time <= now(), false)),
            decline_reason IS NOT NULL,
            coalesce(NOT released AND expire_time BETWEEN now() - interval '30 seconds' AND now() + interval '1 hour', false)
                OR EXISTS (SELECT FROM simulator_steps s WHERE s.authorization_key = p.idempotency_key
                    AND s.outcome_time > s.create_time AND s.outcome_time > now() - interval '30 seconds')
                OR EXISTS (SELECT FROM simulator_disputes d WHERE d.authorization_key = p.idempotency_key
                    AND (d.open_time > now() - interval '30 seconds' OR d.decide_time > now() - interval '30 seconds'))
        FROM (
            SELECT *, reference IS NOT NULL AND calls >= answers_on_call AND action_state IN (0, 2) AS made FROM simulator_payments
        ) p
        ORDER BY create_time, idempotency_key
        """;

    private const string Steps =
        """
        SELECT authorization_key, idempotency_key, kind, amount_minor,
            reference IS NOT NULL AND outcome_time <= now(), decline_reason IS NOT NULL
        FROM simulator_steps
        ORDER BY create_time, idempotency_key
        """;

    private const string Untold = "SELECT count(*) FROM simulator_webhooks WHERE deliver_time IS NULL AND copies > 0";

    /// <summary>How much the provider still has to tell by webhook; Suite need not know of it yet.</summary>
    public static async Task<long> CountUntoldAsync(NpgsqlDataSource paymentDatabase, CancellationToken cancellationToken)
    {
        await using var command = paymentDatabase.CreateCommand(Untold);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Reads all of it, in one snapshot.</summary>
    /// <param name="paymentDatabase">The database the simulator lives in.</param>
    /// <param name="at">When; see <see cref="Entry.At"/>.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public static async Task<IReadOnlyList<ProviderSeen>> ReadAsync(NpgsqlDataSource paymentDatabase, TimeSpan at, CancellationToken cancellationToken)
    {
        await using var connection = await paymentDatabase.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken);
        var steps = await StepsAsync(connection, cancellationToken);
        await using var command = new NpgsqlCommand(Authorizations, connection, transaction);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<ProviderSeen>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var key = reader.GetString(0);
            found.Add(new ProviderSeen
            {
                At = at,
                Key = key,
                Payment = $"payments/{reader.GetString(1)}",
                Token = reader.GetString(2),
                Currency = reader.GetString(3),
                AuthorizedMinor = reader.GetInt64(4),
                HeldMinor = reader.GetInt64(5),
                CapturedMinor = reader.GetInt64(6),
                RefundedMinor = reader.GetInt64(7),
                DisputedMinor = reader.GetInt64(8),
                IsDeclined = reader.GetBoolean(9),
                IsMoving = reader.GetBoolean(10),
                Steps = [.. steps[key]],
            });
        }

        return found;
    }

    private static async Task<ILookup<string, ProviderStep>> StepsAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Steps, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var steps = new List<(string Authorization, ProviderStep Step)>();
        while (await reader.ReadAsync(cancellationToken))
        {
            steps.Add((reader.GetString(0), new ProviderStep(
                reader.GetString(1),
                (ProviderStepKind)reader.GetInt16(2),
                reader.GetInt64(3),
                reader.GetBoolean(4),
                reader.GetBoolean(5))));
        }

        return steps.ToLookup(step => step.Authorization, step => step.Step);
    }
}
