using System.Runtime.CompilerServices;
using Npgsql;
using Suite.Platform.Monetary;

namespace Suite.Payments.Providers;

/// <summary>What the simulator believes of payments, from its own record.</summary>
internal sealed class SimulatorReport(NpgsqlDataSource dataSource)
{
    private const int PageSize = 1000;

    // Refunds whose outcome is not told yet are not given back yet; a dispute that was won took nothing.
    private const string Page =
        """
        SELECT idempotency_key, payment_id, currency,
            CASE WHEN made THEN amount_minor ELSE 0 END,
            CASE WHEN made AND NOT released AND NOT coalesce(expire_time <= $5, false) THEN amount_minor - captured_minor ELSE 0 END,
            captured_minor,
            refunded_minor - (SELECT coalesce(sum(s.amount_minor), 0)::bigint FROM simulator_steps s
                WHERE s.authorization_key = p.idempotency_key AND s.kind = 4 AND s.reference IS NOT NULL AND s.outcome_time > $5),
            (SELECT coalesce(sum(d.amount_minor), 0)::bigint FROM simulator_disputes d
                WHERE d.authorization_key = p.idempotency_key AND d.open_time <= $5
                    AND NOT coalesce(d.decision = 2 AND d.decide_time <= $5, false)),
            create_time
        FROM (
            SELECT *, reference IS NOT NULL AND calls >= answers_on_call AND action_state IN (0, 2) AS made
            FROM simulator_payments
            WHERE create_time >= $1 AND create_time < $2 AND (create_time, idempotency_key) > ($3, $4)
        ) p
        ORDER BY create_time, idempotency_key LIMIT $6
        """;

    /// <summary>Every payment that was begun in a span of time, oldest first, as it is now; a page is read at a time.</summary>
    public async IAsyncEnumerable<ProviderPayment> ListAsync(
        DateTimeOffset from, DateTimeOffset until, TimeProvider time, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (afterTime, afterKey) = (from.ToUniversalTime().AddSeconds(-1), string.Empty);
        while (true)
        {
            var page = new List<ProviderPayment>(PageSize);
            await using (var command = dataSource.CreateCommand(Page))
            {
                var p = command.Parameters;
                p.Add(new() { Value = from.ToUniversalTime() });
                p.Add(new() { Value = until.ToUniversalTime() });
                p.Add(new() { Value = afterTime });
                p.Add(new() { Value = afterKey });
                p.Add(new() { Value = time.GetUtcNow() });
                p.Add(new() { Value = PageSize });
                await using var reader = await command.ExecuteReaderAsync(cancellationToken);
                while (await reader.ReadAsync(cancellationToken))
                {
                    page.Add(Read(reader));
                    (afterTime, afterKey) = (reader.GetFieldValue<DateTimeOffset>(8), reader.GetString(0));
                }
            }

            foreach (var payment in page)
            {
                yield return payment;
            }

            if (page.Count < PageSize)
            {
                yield break;
            }
        }
    }

    private static ProviderPayment Read(NpgsqlDataReader reader)
    {
        var key = reader.GetString(0);
        // Before the simulator was told of payments, the key of an authorization was the payment's id.
        Guid? paymentId = !reader.IsDBNull(1) ? reader.GetGuid(1) : Guid.TryParse(key, out var parsed) ? parsed : null;
        return new ProviderPayment(
            paymentId,
            SimulatedProvider.ReferencePrefix + key,
            new MoneyAmount(reader.GetInt64(3), reader.GetString(2)),
            reader.GetInt64(4),
            reader.GetInt64(5),
            reader.GetInt64(6),
            reader.GetInt64(7));
    }
}
