using Npgsql;
using NpgsqlTypes;
using Suite.Payments.Domain;
using Suite.Payments.Events;
using Suite.Platform.Messaging;
using Suite.Platform.Monetary;
using State = Suite.Contracts.Payments.V1.Payment.Types.State;

namespace Suite.Payments.Storage;

/// <summary>The payments' table: new intents, cancelled orders, and reading. <see cref="PaymentQueue"/> is its other half.</summary>
internal sealed class PaymentStore(NpgsqlDataSource dataSource, IOutbox outbox)
{
    /// <summary>What <see cref="Read"/> reads.</summary>
    internal const string Columns =
        "payments.id, order_id, customer_id, amount_minor, currency, state, decline_reason, provider_reference, void_requested, version, "
        + "create_time, update_time";

    internal const int ColumnCount = 12;

    private const string SelectOne = $"SELECT {Columns} FROM payments WHERE id = $1";

    // In order of order id, and the first intent for an order stays. One that comes with a lease is claimed by being written.
    private const string InsertMany =
        """
        INSERT INTO payments (id, order_id, customer_id, currency, amount_minor, payment_method, state, version, create_time, update_time,
            attempts, next_attempt_time, lease_token, traceparent, tracestate, baggage)
        SELECT id, order_id, customer_id, currency, amount_minor, payment_method, 1, 1, create_time, create_time,
            CASE WHEN lease_token IS NULL THEN 0 ELSE 1 END,
            clock_timestamp() + CASE WHEN lease_token IS NULL THEN interval '0' ELSE $8 END,
            lease_token, traceparent, tracestate, baggage
        FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::bigint[], $5::text[], $6::timestamptz[], $7::uuid[],
                $9::text[], $10::text[], $11::text[], $12::uuid[])
            AS i (id, order_id, currency, amount_minor, payment_method, create_time, lease_token, traceparent, tracestate, baggage, customer_id)
        ORDER BY order_id
        ON CONFLICT ON CONSTRAINT payments_one_per_order DO NOTHING
        RETURNING id
        """;

    // In order of id, as everywhere, so that batches that meet wait for each other instead of deadlocking.
    private const string LockByOrder =
        $"SELECT {Columns}, attempts FROM payments WHERE order_id = ANY($1) ORDER BY id FOR UPDATE";

    private const string RequestVoid =
        """
        UPDATE payments p
        SET void_requested = true, state = c.state, version = c.version, update_time = c.update_time,
            payment_method = CASE WHEN c.state = 1 THEN payment_method ELSE '' END,
            -- A void that can be worked off is due now; a call that runs keeps its lease.
            next_attempt_time = CASE WHEN c.state = 2 AND lease_token IS NULL THEN now() ELSE next_attempt_time END,
            traceparent = c.traceparent, tracestate = c.tracestate, baggage = c.baggage
        FROM unnest($1::uuid[], $2::smallint[], $3::bigint[], $4::timestamptz[], $5::text[], $6::text[], $7::text[])
            AS c (id, state, version, update_time, traceparent, tracestate, baggage)
        WHERE p.id = c.id
        """;

    // What a provider was asked with is emptied with its answer; a payment that is still PENDING needs it, and loses it then.
    private const string Erase =
        "UPDATE payments SET payment_method = '', baggage = NULL WHERE customer_id = ANY($1) AND state <> 1 AND (payment_method <> '' OR baggage IS NOT NULL)";

    private const NpgsqlDbType TextArray = NpgsqlDbType.Array | NpgsqlDbType.Text;

    public async Task<Payment?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(SelectOne);
        command.Parameters.Add(new() { Value = id });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? Read(reader) : null;
    }

    /// <summary>Up to <paramref name="count"/> payments that match, newest first; before <paramref name="before"/> if given.</summary>
    public async Task<IReadOnlyList<Payment>> PageAsync(
        Func<NpgsqlParameterCollection, string> filter, Guid? before, int count, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand();
        command.Parameters.Add(new() { Value = before ?? Guid.AllBitsSet });
        command.Parameters.Add(new() { Value = count });
        command.CommandText = $"SELECT {Columns} FROM payments WHERE id < $1{filter(command.Parameters)} ORDER BY id DESC LIMIT $2";
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var payments = new List<Payment>();
        while (await reader.ReadAsync(cancellationToken))
        {
            payments.Add(Read(reader));
        }

        return payments;
    }

    /// <summary>Writes intents in the caller's transaction. An order that has one already keeps it.</summary>
    /// <returns>The ids of the payments that are new.</returns>
    public static async Task<IReadOnlySet<Guid>> InsertAsync(
        IReadOnlyList<Intent> intents, TimeSpan lease, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(InsertMany, transaction.Connection, transaction);
        var p = command.Parameters;
        p.Add(new() { Value = intents.Select(i => i.Payment.Id).ToArray() });
        p.Add(new() { Value = intents.Select(i => i.Payment.OrderId).ToArray() });
        p.Add(new() { Value = intents.Select(i => i.Payment.Amount.CurrencyCode).ToArray() });
        p.Add(new() { Value = intents.Select(i => i.Payment.Amount.MinorUnits).ToArray() });
        p.Add(new() { Value = intents.Select(i => i.PaymentMethod).ToArray() });
        p.Add(new() { Value = intents.Select(i => i.Payment.CreateTime).ToArray() });
        p.Add(new() { Value = intents.Select(i => i.LeaseToken).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid });
        p.Add(new() { Value = lease });
        AddTraces(p, intents.Select(i => i.Trace));
        p.Add(new()
        {
            Value = intents.Select(i => i.Payment.CustomerId).ToArray(),
            NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid,
        });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var written = new HashSet<Guid>(intents.Count);
        while (await reader.ReadAsync(cancellationToken))
        {
            written.Add(reader.GetGuid(0));
        }

        return written;
    }

    /// <summary>
    /// Takes note in the caller's transaction that orders were cancelled. An intent the provider was never asked about is closed
    /// with its event; for the others the void becomes work.
    /// </summary>
    public async Task RequestVoidsAsync(
        IReadOnlyDictionary<Guid, IncomingMessage> cancels,
        DateTimeOffset now,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken)
    {
        var changes = new List<(Payment Before, Payment After)>();
        await using (var select = new NpgsqlCommand(LockByOrder, transaction.Connection, transaction))
        {
            select.Parameters.Add(new() { Value = cancels.Keys.ToArray() });
            await using var reader = await select.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                var before = Read(reader);
                var after = before.RequestVoid(asked: reader.GetInt32(ColumnCount) > 0, now);
                if (after != before)
                {
                    changes.Add((before, after));
                }
            }
        }

        if (changes.Count == 0)
        {
            return;
        }

        await using var update = new NpgsqlCommand(RequestVoid, transaction.Connection, transaction);
        var p = update.Parameters;
        p.Add(new() { Value = changes.ConvertAll(c => c.After.Id) });
        p.Add(new() { Value = changes.ConvertAll(c => (short)c.After.State) });
        p.Add(new() { Value = changes.ConvertAll(c => c.After.Version) });
        p.Add(new() { Value = changes.ConvertAll(c => c.After.UpdateTime) });
        AddTraces(p, changes.Select(c => TraceContext.Of(cancels[c.After.OrderId])));
        await update.ExecuteNonQueryAsync(cancellationToken);
        var events = changes.Where(c => c.After.State != c.Before.State)
            .Select(c => new OutgoingEvent(PaymentModule.Topic, c.After.OrderId.ToString(), c.After.ToEvent())
            {
                Cause = cancels[c.After.OrderId],
            })
            .ToList();
        if (events.Count > 0)
        {
            await outbox.AppendAsync(transaction, events, cancellationToken);
        }
    }

    /// <summary>Erases, in the caller's transaction, what payments of customers who are gone hold beside the accounts.</summary>
    public static async Task EraseAsync(Guid[] customerIds, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Erase, transaction.Connection, transaction);
        command.Parameters.Add(new() { Value = customerIds });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    internal static Payment Read(NpgsqlDataReader reader) => Payment.Restore(
        reader.GetGuid(0),
        reader.GetGuid(1),
        reader.IsDBNull(2) ? null : reader.GetGuid(2),
        new MoneyAmount(reader.GetInt64(3), reader.GetString(4)),
        (State)reader.GetInt16(5),
        reader.GetString(6),
        reader.GetString(7),
        reader.GetBoolean(8),
        reader.GetInt64(9),
        reader.GetFieldValue<DateTimeOffset>(10),
        reader.GetFieldValue<DateTimeOffset>(11));

    private static void AddTraces(NpgsqlParameterCollection parameters, IEnumerable<TraceContext> traces)
    {
        var list = traces.ToList();
        parameters.Add(new() { Value = list.ConvertAll(t => t.TraceParent), NpgsqlDbType = TextArray });
        parameters.Add(new() { Value = list.ConvertAll(t => t.TraceState), NpgsqlDbType = TextArray });
        parameters.Add(new() { Value = list.ConvertAll(t => t.Baggage), NpgsqlDbType = TextArray });
    }
}
