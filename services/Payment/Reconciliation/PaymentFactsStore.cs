using Npgsql;
using NpgsqlTypes;
using Suite.Platform.Monetary;
using State = Suite.Contracts.Payments.V1.Payment.Types.State;

namespace Suite.Payments.Reconciliation;

/// <summary>Reads what is compared, by pages and by id. One statement is one snapshot: a payment and its postings commit together.</summary>
internal sealed class PaymentFactsStore(NpgsqlDataSource dataSource)
{
    private const string Columns =
        """
        p.id, p.order_id, p.currency, p.amount_minor, p.state, p.captured_minor, p.capturing_minor, p.released_minor, p.refunded_minor,
        p.refunding_minor, p.disputed_minor, p.provider_reference, p.version, p.create_time, p.outcome_time, p.request_id IS NOT NULL,
        p.state IN (1, 8) OR EXISTS (SELECT FROM payment_steps s WHERE s.payment_id = p.id AND s.state IN (1, 2))
        """;

    // Keys begin with their source, and '0' is the character behind '/': all steps of the payment, and all postings of its disputes.
    private const string WithLedger =
        $"""
        SELECT {Columns}, l.held, l.captured, l.refunded, l.disputed, l.clearing
        FROM payments p CROSS JOIN LATERAL (
            SELECT coalesce(sum(e.credit_minor - e.debit_minor) FILTER (WHERE e.pending AND e.account = 'holds'), 0),
                coalesce(sum(e.credit_minor - e.debit_minor) FILTER (WHERE NOT e.pending AND e.account = 'revenue'), 0),
                coalesce(sum(e.debit_minor - e.credit_minor) FILTER (WHERE NOT e.pending AND e.account = 'refunds'), 0),
                coalesce(sum(e.debit_minor - e.credit_minor) FILTER (WHERE NOT e.pending AND starts_with(e.account, 'disputes/')), 0),
                coalesce(sum(e.debit_minor - e.credit_minor) FILTER (
                    WHERE NOT e.pending AND e.account = 'providers/' || p.provider || '/clearing'), 0)
            FROM (
                SELECT t.id FROM ledger_transactions t
                WHERE t.key > 'payments/' || p.id || '/' AND t.key < 'payments/' || p.id || '0'
                UNION ALL
                SELECT t.id FROM disputes d
                JOIN ledger_transactions t ON t.key > 'disputes/' || d.id || '/' AND t.key < 'disputes/' || d.id || '0'
                WHERE d.payment_id = p.id
            ) posted JOIN ledger_entries e ON e.transaction_id = posted.id
        ) l (held, captured, refunded, disputed, clearing)
        """;

    private const string PageById = $"{WithLedger} WHERE p.id > $1 AND p.id < $2 AND p.create_time >= $3 AND p.create_time < $4 ORDER BY p.id LIMIT $5";

    private const string ByIds = $"{WithLedger} WHERE p.id = ANY($1)";

    private const string PageByOrder =
        $"SELECT {Columns} FROM payments p WHERE p.order_id < $1 AND p.create_time >= $2 AND p.create_time < $3 ORDER BY p.order_id DESC LIMIT $4";

    private const string ByOrders = $"SELECT {Columns} FROM payments p WHERE p.order_id = ANY($1)";

    private const string IdsOfReferences = "SELECT id, provider_reference FROM payments WHERE provider_reference = ANY($1)";

    // Entries are written in balance; a difference here is a fault of the database or of somebody with their hands in it.
    private const string Imbalances =
        """
        SELECT count(*) FROM (
            SELECT FROM ledger_balances GROUP BY currency
            HAVING sum(posted_debit) <> sum(posted_credit) OR sum(pending_debit) <> sum(pending_credit)
        ) c
        """;

    /// <summary>Payments by id behind <paramref name="after"/>, with their postings. Ids begin with the time of their payment.</summary>
    public async Task<IReadOnlyList<PaymentFacts>> PageAsync(Period period, Guid after, int count, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(PageById);
        var p = command.Parameters;
        p.Add(new() { Value = after });
        p.Add(new() { Value = period.LastId });
        p.Add(new() { Value = period.From });
        p.Add(new() { Value = period.Until });
        p.Add(new() { Value = count });
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>Some payments, with their postings.</summary>
    public async Task<IReadOnlyList<PaymentFacts>> FindAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(ByIds);
        command.Parameters.Add(new() { Value = ids.ToArray() });
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>Payments by order, the newest order first, before <paramref name="before"/>; without their postings.</summary>
    public async Task<IReadOnlyList<PaymentFacts>> PageByOrderAsync(Period period, Guid before, int count, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(PageByOrder);
        var p = command.Parameters;
        p.Add(new() { Value = before });
        p.Add(new() { Value = period.From });
        p.Add(new() { Value = period.Until });
        p.Add(new() { Value = count });
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>The payments of some orders, without their postings.</summary>
    public async Task<IReadOnlyList<PaymentFacts>> FindByOrdersAsync(IReadOnlyCollection<Guid> orders, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(ByOrders);
        command.Parameters.Add(new() { Value = orders.ToArray() });
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>Which of the provider's references are known here.</summary>
    public async Task<IReadOnlyDictionary<string, Guid>> FindReferencesAsync(
        IReadOnlyCollection<string> references, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(IdsOfReferences);
        command.Parameters.Add(new() { Value = references.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var known = new Dictionary<string, Guid>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken))
        {
            known[reader.GetString(1)] = reader.GetGuid(0);
        }

        return known;
    }

    /// <summary>In how many currencies the ledger's debits are not its credits; 0 as long as nobody edits it.</summary>
    public async Task<long> CountImbalancesAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(Imbalances);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static async Task<IReadOnlyList<PaymentFacts>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var facts = new List<PaymentFacts>();
        while (await reader.ReadAsync(cancellationToken))
        {
            facts.Add(Read(reader));
        }

        return facts;
    }

    private static PaymentFacts Read(NpgsqlDataReader reader) => new()
    {
        Id = reader.GetGuid(0),
        OrderId = reader.GetGuid(1),
        Amount = new MoneyAmount(reader.GetInt64(3), reader.GetString(2)),
        State = (State)reader.GetInt16(4),
        CapturedMinor = reader.GetInt64(5),
        CapturingMinor = reader.GetInt64(6),
        ReleasedMinor = reader.GetInt64(7),
        RefundedMinor = reader.GetInt64(8),
        RefundingMinor = reader.GetInt64(9),
        DisputedMinor = reader.GetInt64(10),
        ProviderReference = reader.GetString(11),
        Version = reader.GetInt64(12),
        CreateTime = reader.GetFieldValue<DateTimeOffset>(13),
        OutcomeTime = reader.IsDBNull(14) ? null : reader.GetFieldValue<DateTimeOffset>(14),
        IsByCall = reader.GetBoolean(15),
        IsInFlight = reader.GetBoolean(16),
        Ledger = reader.FieldCount > 17
            ? new LedgerFacts(reader.GetDecimal(17), reader.GetDecimal(18), reader.GetDecimal(19), reader.GetDecimal(20), reader.GetDecimal(21))
            : default,
    };
}
