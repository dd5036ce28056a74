using OrderState = Suite.Contracts.Orders.V1.Order.Types.State;
using PaymentState = Suite.Contracts.Payments.V1.Payment.Types.State;

namespace Suite.Tests.EndToEnd.Running;

/// <summary>An order with the sums of its lines. Amounts are in minor units.</summary>
internal sealed record OrderRow(
    Guid Id,
    OrderState State,
    string Reason,
    Guid? PaymentId,
    long Total,
    string Currency,
    long Version,
    long Refunded,
    long LineTotals,
    long LineRefunds);

/// <summary>The changes of an order that made a version, and the types of all that happened to it.</summary>
internal sealed record HistoryRow(long[] Versions, short[] States, short[] Types);

/// <summary>A payment with counts of its steps that are done, and of those that were refused.</summary>
internal sealed record PaymentRow(
    Guid Id,
    Guid OrderId,
    PaymentState State,
    string Declined,
    string Reference,
    long Amount,
    string Currency,
    long Captured,
    long Refunded,
    long Released,
    long Reserved,
    long Captures,
    long Voids,
    long Refundings,
    long Refusals)
{
    /// <summary>Whether the provider held the amount once.</summary>
    public bool WasHeld => State is not (PaymentState.Pending or PaymentState.Declined or PaymentState.RequiresAction)
        && (Reference.Length > 0 || (Amount == 0 && State == PaymentState.Authorized));

    /// <summary>What the provider holds.</summary>
    public long Held => WasHeld ? Amount - Captured - Released : 0;
}

/// <summary>What the ledger has of a payment.</summary>
internal sealed record PostingRow(
    long Held, long Revenue, long Refunds, long Owed, long Authorizations, long Captures, long Refundings, long Releases)
{
    public static PostingRow None { get; } = new(0, 0, 0, 0, 0, 0, 0, 0);
}

/// <summary>What the provider has of an authorization.</summary>
internal sealed record ProviderRow(
    string Key, string Reference, string Declined, long Amount, long Captured, long Refunded, bool Released, short ActionState);

/// <summary>The rows of the books.</summary>
internal static class BookRows
{
    public static Task<List<OrderRow>> OrdersAsync(TestSuite suite) => suite.RowsAsync(
        "order",
        """
        SELECT o.id, o.state, o.state_reason, o.payment_id, o.total_minor, o.currency, o.version, o.refunded_minor,
            sum(coalesce(l.total_minor, l.amount_minor))::bigint, sum(l.refunded_minor)::bigint
        FROM orders o JOIN order_lines l ON l.order_id = o.id GROUP BY o.id
        """,
        r => new OrderRow(
            r.GetGuid(0),
            (OrderState)r.GetInt16(1),
            r.GetString(2),
            r.IsDBNull(3) ? null : r.GetGuid(3),
            r.GetInt64(4),
            r.GetString(5),
            r.GetInt64(6),
            r.GetInt64(7),
            r.GetInt64(8),
            r.GetInt64(9)));

    public static async Task<Dictionary<Guid, HistoryRow>> HistoriesAsync(TestSuite suite) => (await suite.RowsAsync(
        "order",
        """
        SELECT order_id, array_agg(version ORDER BY version) FILTER (WHERE place = 0), array_agg(state ORDER BY version) FILTER (WHERE place = 0),
            array_agg(coalesce(event_type, state) ORDER BY version, place)
        FROM order_history GROUP BY 1
        """,
        r => (Id: r.GetGuid(0), Row: new HistoryRow(r.GetFieldValue<long[]>(1), r.GetFieldValue<short[]>(2), r.GetFieldValue<short[]>(3)))))
        .ToDictionary(h => h.Id, h => h.Row);

    public static Task<List<PaymentRow>> PaymentsAsync(TestSuite suite) => suite.RowsAsync(
        "payment",
        """
        SELECT p.id, p.order_id, p.state, p.decline_reason, p.provider_reference, p.amount_minor, p.currency,
            p.captured_minor, p.refunded_minor, p.released_minor, p.capturing_minor + p.refunding_minor,
            count(*) FILTER (WHERE s.state = 3 AND s.kind = 2), count(*) FILTER (WHERE s.state = 3 AND s.kind = 3),
            count(*) FILTER (WHERE s.state = 3 AND s.kind = 4), count(*) FILTER (WHERE s.state = 4)
        FROM payments p LEFT JOIN payment_steps s ON s.payment_id = p.id GROUP BY p.id
        """,
        r => new PaymentRow(
            r.GetGuid(0),
            r.GetGuid(1),
            (PaymentState)r.GetInt16(2),
            r.GetString(3),
            r.GetString(4),
            r.GetInt64(5),
            r.GetString(6),
            r.GetInt64(7),
            r.GetInt64(8),
            r.GetInt64(9),
            r.GetInt64(10),
            r.GetInt64(11),
            r.GetInt64(12),
            r.GetInt64(13),
            r.GetInt64(14)));

    public static async Task<Dictionary<Guid, PostingRow>> PostingsAsync(TestSuite suite) => (await suite.RowsAsync(
        "payment",
        """
        WITH entry AS (
            SELECT split_part(t.source, '/', 2)::uuid AS payment, t.id, t.template, e.pending, e.account, e.debit_minor, e.credit_minor
            FROM ledger_transactions t JOIN ledger_entries e ON e.transaction_id = t.id WHERE t.source LIKE 'payments/%'
        )
        SELECT payment,
            coalesce(sum(credit_minor - debit_minor) FILTER (WHERE pending AND account = 'holds'), 0)::bigint,
            coalesce(sum(credit_minor - debit_minor) FILTER (WHERE NOT pending AND account = 'revenue'), 0)::bigint,
            coalesce(sum(debit_minor - credit_minor) FILTER (WHERE NOT pending AND account = 'refunds'), 0)::bigint,
            coalesce(sum(debit_minor - credit_minor) FILTER (WHERE account LIKE 'customers/%'), 0)::bigint,
            count(DISTINCT id) FILTER (WHERE template = 'authorize'), count(DISTINCT id) FILTER (WHERE template = 'capture'),
            count(DISTINCT id) FILTER (WHERE template = 'refund'), count(DISTINCT id) FILTER (WHERE template = 'release')
        FROM entry GROUP BY payment
        """,
        r => (Id: r.GetGuid(0), Row: new PostingRow(
            r.GetInt64(1), r.GetInt64(2), r.GetInt64(3), r.GetInt64(4), r.GetInt64(5), r.GetInt64(6), r.GetInt64(7), r.GetInt64(8)))))
        .ToDictionary(p => p.Id, p => p.Row);

    public static Task<List<ProviderRow>> AtProviderAsync(TestSuite suite) => suite.RowsAsync(
        "payment",
        """
        SELECT idempotency_key, coalesce(reference, ''), coalesce(decline_reason, ''), amount_minor, captured_minor, refunded_minor, released,
            action_state
        FROM simulator_payments
        """,
        r => new ProviderRow(
            r.GetString(0), r.GetString(1), r.GetString(2), r.GetInt64(3), r.GetInt64(4), r.GetInt64(5), r.GetBoolean(6), r.GetInt16(7)));

    /// <summary>The types of the events of each key, in the order they were written in.</summary>
    public static async Task<Dictionary<Guid, string[]>> EventsAsync(TestSuite suite, string service) => (await suite.RowsAsync(
        service,
        $"SELECT key, array_agg(split_part(type, '.', 4) ORDER BY id) FROM outbox WHERE topic = 'suite.{service}.v1' GROUP BY key",
        r => (Key: Guid.Parse(r.GetString(0)), Types: r.GetFieldValue<string[]>(1)))).ToDictionary(e => e.Key, e => e.Types);
}
