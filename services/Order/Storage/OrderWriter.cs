using Npgsql;
using Suite.Orders.Domain;
using Suite.Platform.Errors;
using Suite.Platform.Messaging;
using Suite.Platform.Naming;
using Suite.Platform.Postgres;
using Suite.Platform.Telemetry;

namespace Suite.Orders.Storage;

/// <summary>Changes orders: load, lock, change, save with history and events; one order or one batch at a time, and never two at once.</summary>
internal sealed class OrderWriter(NpgsqlDataSource dataSource, IOutbox outbox)
{
    // In order of id, so that two batches that meet wait for each other instead of deadlocking.
    private const string LockMany = $"SELECT {OrderStore.Columns} FROM orders WHERE id = ANY($1) ORDER BY id FOR UPDATE";

    // Asked for when the locks are held, so that it sees what whoever held them before has left.
    private const string SelectLast =
        """
        SELECT o.id, last.place, last.update_time FROM unnest($1::uuid[]) AS o (id) CROSS JOIN LATERAL (
            SELECT h.place, h.update_time FROM order_history h WHERE h.order_id = o.id ORDER BY h.version DESC, h.place DESC LIMIT 1
        ) AS last
        """;

    private const string SelectLines =
        """
        SELECT order_id, sku, quantity, unit_price_minor, COALESCE(total_minor, amount_minor), refunded_minor, refunded_quantity
        FROM order_lines WHERE order_id = ANY($1) ORDER BY order_id, line_number
        """;

    private const string UpdateMany =
        """
        WITH change AS (
            SELECT * FROM unnest($1::uuid[], $2::smallint[], $3::text[], $4::uuid[], $5::bigint[], $6::timestamptz[], $7::bigint[], $8::uuid[])
                AS c (id, state, state_reason, payment_id, version, update_time, refunded_minor, fulfilment_id)
        ), history AS (
            INSERT INTO order_history (
                order_id, version, state, state_reason, payment_id, update_time, event_type, actor, note, amount_minor, step_id, trace_id, place)
            SELECT * FROM unnest(
                $9::uuid[], $10::bigint[], $11::smallint[], $12::text[], $13::uuid[], $14::timestamptz[],
                $15::smallint[], $16::text[], $17::text[], $18::bigint[], $19::uuid[], $20::uuid[], $21::smallint[])
        )
        UPDATE orders o
        SET state = c.state, state_reason = c.state_reason, payment_id = c.payment_id, version = c.version, update_time = c.update_time,
            refunded_minor = c.refunded_minor, fulfilment_id = c.fulfilment_id
        FROM change c WHERE o.id = c.id
        """;

    private const string UpdateLines =
        """
        UPDATE order_lines l SET refunded_minor = c.refunded_minor, refunded_quantity = c.refunded_quantity
        FROM unnest($1::uuid[], $2::smallint[], $3::bigint[], $4::int[]) AS c (order_id, line_number, refunded_minor, refunded_quantity)
        WHERE l.order_id = c.order_id AND l.line_number = c.line_number
        """;

    /// <summary>Changes one order in a transaction of its own. Returns it as it is then, without lines.</summary>
    /// <exception cref="DomainException">NOT_FOUND, or whatever <paramref name="change"/> throws.</exception>
    public Task<Order> UpdateAsync(Guid id, Func<Order, Order> change, CancellationToken cancellationToken) =>
        dataSource.InTransactionAsync((transaction, token) => UpdateAsync(id, change, transaction, token), cancellationToken);

    /// <summary>The same, where <paramref name="guard"/> may first refuse the transaction by throwing.</summary>
    public Task<Order> UpdateAsync(
        Guid id, Func<Order, Order> change, Func<NpgsqlTransaction, CancellationToken, Task> guard, CancellationToken cancellationToken) =>
        dataSource.InTransactionAsync(
            async (transaction, token) =>
            {
                await guard(transaction, token);
                return await UpdateAsync(id, change, transaction, token);
            },
            cancellationToken);

    /// <inheritdoc cref="UpdateAsync(Guid, Func{Order, Order}, CancellationToken)"/>
    public async Task<Order> UpdateAsync(Guid id, Func<Order, Order> change, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var updated = await UpdateManyAsync([id], change, _ => null, transaction, cancellationToken);
        return updated.SingleOrDefault() ?? throw DomainError.NotFound(ResourceName.Format(Order.Collection, id));
    }

    /// <summary>
    /// Changes several orders in the caller's transaction, and writes an event for each that changed, which follows from the
    /// message that <paramref name="cause"/> names. Orders that do not exist are left out.
    /// </summary>
    public async Task<IReadOnlyList<Order>> UpdateManyAsync(
        Guid[] ids,
        Func<Order, Order> change,
        Func<Guid, IncomingMessage?> cause,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken)
    {
        var after = (await LockAsync(ids, transaction, cancellationToken)).Select(change).ToList();
        await SaveAsync(after, changed => cause(changed.Id), transaction, cancellationToken);
        return [.. after.Select(order => order with { Changes = [] })];
    }

    /// <summary>Locks orders, in order of id, and reads them as they are then, without lines. Those that do not exist are left out.</summary>
    public static async Task<IReadOnlyList<Order>> LockAsync(Guid[] ids, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(transaction.Connection, transaction);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(LockMany) { Parameters = { new() { Value = ids } } });
        batch.BatchCommands.Add(new NpgsqlBatchCommand(SelectLast) { Parameters = { new() { Value = ids } } });
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var orders = await OrderStore.ReadManyAsync(reader, cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        var last = new Dictionary<Guid, (short Place, DateTimeOffset Time)>(orders.Count);
        while (await reader.ReadAsync(cancellationToken))
        {
            last.Add(reader.GetGuid(0), (reader.GetInt16(1), reader.GetFieldValue<DateTimeOffset>(2)));
        }

        return [.. orders.Select(order => last.TryGetValue(order.Id, out var at) ? order with { LastPlace = at.Place, LastTime = at.Time } : order)];
    }

    /// <summary>The same orders with their lines, which their locks keep as they are.</summary>
    public static async Task<IReadOnlyList<Order>> WithLinesAsync(
        IReadOnlyList<Order> orders, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var lines = orders.ToDictionary(order => order.Id, _ => new List<OrderLine>());
        var currencies = orders.ToDictionary(order => order.Id, order => order.Total.CurrencyCode);
        await using var command = new NpgsqlCommand(SelectLines, transaction.Connection, transaction);
        command.Parameters.Add(new() { Value = orders.Select(order => order.Id).ToArray() });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var id = reader.GetGuid(0);
            lines[id].Add(OrderStore.ReadLine(reader, 1, currencies[id]));
        }

        return [.. orders.Select(order => order with { Lines = lines[order.Id] })];
    }

    /// <summary>The same order with its lines.</summary>
    public static async Task<Order> WithLinesAsync(Order order, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        (await WithLinesAsync([order], transaction, cancellationToken))[0];

    /// <summary>Saves what happened to locked orders: themselves, their lines' refunds, history, and events with the causes given.</summary>
    public async Task SaveAsync(
        IReadOnlyList<Order> orders,
        Func<(Guid Id, long Version), IncomingMessage?> cause,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken)
    {
        var changed = orders.Where(order => order.Changes.Length > 0).ToList();
        if (changed.Count == 0)
        {
            return;
        }

        var happened = changed.SelectMany(order => order.Changes.Select(change => (order.Id, Change: change))).ToList();
        await using var update = new NpgsqlCommand(UpdateMany, transaction.Connection, transaction);
        update.Parameters.AddRange((NpgsqlParameter[])[
            Column(changed, o => o.Id),
            Column(changed, o => (short)o.State),
            Column(changed, o => o.StateReason),
            Column(changed, o => o.PaymentId),
            Column(changed, o => o.Version),
            Column(changed, o => o.UpdateTime),
            Column(changed, o => o.RefundedMinor),
            Column(changed, o => o.FulfilmentId),
            Column(happened, h => h.Id),
            Column(happened, h => h.Change.Version),
            Column(happened, h => (short)h.Change.State),
            Column(happened, h => h.Change.StateReason),
            Column(happened, h => h.Change.PaymentId),
            Column(happened, h => h.Change.Time),
            Column(happened, h => (short)h.Change.Type),
            Column(happened, h => h.Change.Actor),
            Column(happened, h => h.Change.Note),
            Column(happened, h => h.Change.AmountMinor),
            Column(happened, h => h.Change.StepId),
            Column(happened, h => TraceOf(cause((h.Id, h.Change.Version)))),
            Column(happened, h => h.Change.Place),
        ]);
        await update.ExecuteNonQueryAsync(cancellationToken);
        await SaveLinesAsync(changed, transaction, cancellationToken);
        await outbox.AppendAsync(
            transaction,
            [
                .. happened.Where(h => h.Change.Event is not null).Select(h =>
                    new OutgoingEvent(OrderModule.Topic, h.Id.ToString(), h.Change.Event!) { Cause = cause((h.Id, h.Change.Version)) }),
            ],
            cancellationToken);
    }

    /// <summary>The trace of the message something follows from, or of the code that does it; null where there is none.</summary>
    private static Guid? TraceOf(IncomingMessage? cause) => (cause is null ? TraceContext.OfCurrent() : TraceContext.Of(cause)).TraceId;

    private static async Task SaveLinesAsync(List<Order> orders, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var lines = orders.Where(order => order.RefundedMinor > 0).SelectMany(order => order.Lines.Select((line, i) => (order.Id, Number: i + 1, Line: line)))
            .Where(line => line.Line.RefundedMinor > 0 || line.Line.RefundedQuantity > 0)
            .ToList();
        if (lines.Count == 0)
        {
            return;
        }

        await using var command = new NpgsqlCommand(UpdateLines, transaction.Connection, transaction);
        command.Parameters.AddRange((NpgsqlParameter[])[
            Column(lines, l => l.Id),
            Column(lines, l => (short)l.Number),
            Column(lines, l => l.Line.RefundedMinor),
            Column(lines, l => l.Line.RefundedQuantity),
        ]);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static NpgsqlParameter<TValue[]> Column<T, TValue>(List<T> rows, Func<T, TValue> value)
    {
        var column = new TValue[rows.Count];
        for (var i = 0; i < column.Length; i++)
        {
            column[i] = value(rows[i]);
        }

        return new NpgsqlParameter<TValue[]> { TypedValue = column };
    }
}
