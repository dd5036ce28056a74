using Npgsql;
using NpgsqlTypes;
using Suite.Orders.Domain;
using Suite.Platform.Errors;
using Suite.Platform.Messaging;
using Suite.Platform.Monetary;
using Suite.Platform.Naming;
using Suite.Platform.Postgres;
using State = Suite.Contracts.Orders.V1.Order.Types.State;

namespace Suite.Orders.Storage;

/// <summary>The orders' tables, read and changed one order or one batch at a time. <see cref="OrderPlacement"/> writes new ones.</summary>
internal sealed class OrderStore(NpgsqlDataSource dataSource, IOutbox outbox)
{
    private const string Columns =
        "id, customer_id, total_minor, currency, payment_id, state, state_reason, version, create_time, update_time";

    private const string SelectOne = $"SELECT {Columns} FROM orders WHERE id = $1";
    private const string SelectLines =
        "SELECT order_id, sku, quantity, unit_price_minor FROM order_lines WHERE order_id = ANY($1) ORDER BY order_id, line_number";

    // In order of id, so that two batches that meet wait for each other instead of deadlocking.
    private const string LockMany = $"SELECT {Columns} FROM orders WHERE id = ANY($1) ORDER BY id FOR UPDATE";

    private const string UpdateMany =
        """
        WITH change AS (
            SELECT * FROM unnest($1::uuid[], $2::smallint[], $3::text[], $4::uuid[], $5::bigint[], $6::timestamptz[])
                AS c (id, state, state_reason, payment_id, version, update_time)
        ), history AS (
            INSERT INTO order_history (order_id, version, state, state_reason, payment_id, update_time)
            SELECT id, version, state, state_reason, payment_id, update_time FROM change
        )
        UPDATE orders o
        SET state = c.state, state_reason = c.state_reason, payment_id = c.payment_id, version = c.version, update_time = c.update_time
        FROM change c WHERE o.id = c.id
        """;

    private const string SelectHistory =
        """
        SELECT o.id, o.customer_id, o.total_minor, o.currency, h.payment_id, h.state, h.state_reason, h.version, o.create_time, h.update_time
        FROM orders o JOIN order_history h ON h.order_id = o.id
        WHERE o.id = $1 AND h.version > $2 ORDER BY h.version
        """;

    private const string SelectOverdue =
        $"SELECT {Columns} FROM orders WHERE state = 1 AND id > $1 AND create_time < $2 ORDER BY id LIMIT $3";

    public async Task<Order?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var batch = dataSource.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand(SelectOne) { Parameters = { new() { Value = id } } });
        batch.BatchCommands.Add(new NpgsqlBatchCommand(SelectLines) { Parameters = { new() { Value = new[] { id } } } });
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            return null;
        }

        var order = Read(reader);
        await reader.NextResultAsync(cancellationToken);
        var lines = await ReadLinesAsync(reader, _ => order.Total.CurrencyCode, cancellationToken);
        return order with { Lines = lines.GetValueOrDefault(id) ?? [] };
    }

    /// <summary>
    /// Up to <paramref name="count"/> orders that match, newest first: of <paramref name="customer"/> alone, and before
    /// <paramref name="before"/>, where they are given.
    /// </summary>
    public async Task<IReadOnlyList<Order>> PageAsync(
        Func<NpgsqlParameterCollection, string> filter, Guid? customer, Guid? before, int count, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand();
        command.Parameters.Add(new() { Value = before ?? Guid.AllBitsSet });
        command.Parameters.Add(new() { Value = count });
        var own = string.Empty;
        if (customer is { } id)
        {
            command.Parameters.Add(new() { Value = id });
            own = " AND customer_id = $3";
        }

        command.CommandText = $"SELECT {Columns} FROM orders WHERE id < $1{own}{filter(command.Parameters)} ORDER BY id DESC LIMIT $2";
        var orders = await ReadManyAsync(command, cancellationToken);
        if (orders.Count == 0)
        {
            return orders;
        }

        await using var lines = dataSource.CreateCommand(SelectLines);
        return await WithLinesAsync(lines, orders, cancellationToken);
    }

    /// <summary>Every state the order was in after <paramref name="version"/>, without lines.</summary>
    public async Task<IReadOnlyList<Order>> HistoryAsync(Guid id, long version, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(SelectHistory);
        command.Parameters.Add(new() { Value = id });
        command.Parameters.Add(new() { Value = version });
        return await ReadManyAsync(command, cancellationToken);
    }

    /// <summary>PENDING orders placed before <paramref name="placedBefore"/>, by id after <paramref name="after"/>, without lines.</summary>
    public async Task<IReadOnlyList<Order>> OverdueAsync(Guid after, DateTimeOffset placedBefore, int count, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(SelectOverdue);
        command.Parameters.Add(new() { Value = after });
        command.Parameters.Add(new() { Value = placedBefore });
        command.Parameters.Add(new() { Value = count });
        return await ReadManyAsync(command, cancellationToken);
    }

    /// <summary>Changes one order in a transaction of its own: load, lock, change, save with its event. Returns it as it is then.</summary>
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
        return updated.SingleOrDefault()
            ?? throw DomainError.NotFound(ResourceName.Format(Order.Collection, id));
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
        await using var select = new NpgsqlCommand(LockMany, transaction.Connection, transaction);
        select.Parameters.Add(new() { Value = ids });
        var before = await ReadManyAsync(select, cancellationToken);
        var after = before.Select(change).ToList();
        var changed = after.Where((order, i) => order.Version != before[i].Version).ToList();
        if (changed.Count == 0)
        {
            return after;
        }

        await using var update = new NpgsqlCommand(UpdateMany, transaction.Connection, transaction);
        update.Parameters.Add(new() { Value = changed.ConvertAll(o => o.Id) });
        update.Parameters.Add(new() { Value = changed.ConvertAll(o => (short)o.State) });
        update.Parameters.Add(new() { Value = changed.ConvertAll(o => o.StateReason) });
        update.Parameters.Add(new() { Value = changed.ConvertAll(o => o.PaymentId), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid });
        update.Parameters.Add(new() { Value = changed.ConvertAll(o => o.Version) });
        update.Parameters.Add(new() { Value = changed.ConvertAll(o => o.UpdateTime) });
        await update.ExecuteNonQueryAsync(cancellationToken);
        await outbox.AppendAsync(
            transaction,
            changed.ConvertAll(o => new OutgoingEvent(OrderModule.Topic, o.Id.ToString(), o.ToEvent()) { Cause = cause(o.Id) }),
            cancellationToken);
        return after;
    }

    /// <summary>The same order with its lines, read on the connection of the caller's transaction.</summary>
    public static async Task<Order> WithLinesAsync(Order order, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(SelectLines, transaction.Connection, transaction);
        return (await WithLinesAsync(command, [order], cancellationToken))[0];
    }

    private static async Task<IReadOnlyList<Order>> WithLinesAsync(
        NpgsqlCommand command, IReadOnlyList<Order> orders, CancellationToken cancellationToken)
    {
        command.Parameters.Add(new() { Value = orders.Select(o => o.Id).ToArray() });
        var currencies = orders.ToDictionary(o => o.Id, o => o.Total.CurrencyCode);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var lines = await ReadLinesAsync(reader, id => currencies[id], cancellationToken);
        return [.. orders.Select(o => o with { Lines = lines.GetValueOrDefault(o.Id) ?? [] })];
    }

    private static async Task<IReadOnlyList<Order>> ReadManyAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var orders = new List<Order>();
        while (await reader.ReadAsync(cancellationToken))
        {
            orders.Add(Read(reader));
        }

        return orders;
    }

    private static Order Read(NpgsqlDataReader reader) => Order.Restore(
        reader.GetGuid(0),
        reader.GetGuid(1),
        new MoneyAmount(reader.GetInt64(2), reader.GetString(3)),
        reader.IsDBNull(4) ? null : reader.GetGuid(4),
        (State)reader.GetInt16(5),
        reader.GetString(6),
        reader.GetInt64(7),
        reader.GetFieldValue<DateTimeOffset>(8),
        reader.GetFieldValue<DateTimeOffset>(9));

    private static async Task<Dictionary<Guid, List<OrderLine>>> ReadLinesAsync(
        NpgsqlDataReader reader, Func<Guid, string> currency, CancellationToken cancellationToken)
    {
        var lines = new Dictionary<Guid, List<OrderLine>>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var id = reader.GetGuid(0);
            if (!lines.TryGetValue(id, out var list))
            {
                lines.Add(id, list = []);
            }

            list.Add(new OrderLine(reader.GetString(1), reader.GetInt32(2), new MoneyAmount(reader.GetInt64(3), currency(id))));
        }

        return lines;
    }
}
