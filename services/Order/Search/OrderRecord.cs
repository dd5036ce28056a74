using System.Runtime.CompilerServices;
using Npgsql;
using Suite.Orders.Storage;
using Suite.Platform.Messaging;
using Suite.Platform.Monetary;
using Suite.Platform.Projections;
using State = Suite.Contracts.Orders.V1.Order.Types.State;

namespace Suite.Orders.Search;

/// <summary>Reads what can be looked for of orders from this service's own record, each order by one statement and so of one moment.</summary>
internal sealed class OrderRecord(NpgsqlDataSource dataSource) : IHistorySource
{
    private const int PageSize = 500;

    private const string Select =
        """
        SELECT o.id, o.customer_id, o.payment_id, o.state, o.state_reason, o.currency, o.total_minor, o.adjustments, o.create_time, o.update_time, o.version,
            COALESCE((SELECT max(h.place) FROM order_history h WHERE h.order_id = o.id AND h.version = o.version), 0),
            EXISTS (SELECT FROM departed_customers d WHERE d.customer_id = o.customer_id),
            ARRAY(SELECT l.sku FROM order_lines l WHERE l.order_id = o.id GROUP BY l.sku ORDER BY min(l.line_number)),
            ARRAY(SELECT p.display_name FROM order_lines l JOIN products p USING (sku) WHERE l.order_id = o.id
                GROUP BY p.display_name ORDER BY min(l.line_number)),
            ARRAY(SELECT h.note FROM order_history h WHERE h.order_id = o.id AND h.note <> '' GROUP BY h.note ORDER BY min(h.version), min(h.place), h.note)
        FROM orders o WHERE o.id = ANY($1)
        """;

    private const string SelectIds = "SELECT id FROM orders WHERE id > $1 ORDER BY id LIMIT $2";

    private const string SelectTheirs = "SELECT id FROM orders WHERE customer_id = $1 AND id > $2 ORDER BY id LIMIT $3";

    private const string SelectDeparted = "SELECT count(*) FROM departed_customers WHERE customer_id = ANY($1)";

    private const string Count = "SELECT count(*) FROM orders";

    public string Name => "order";

    /// <summary>Every order, by id: a message says no more than that there is one, what is in it is read when it is applied.</summary>
    public async IAsyncEnumerable<HistoryPage> ReadAsync(string cursor, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var count = dataSource.CreateCommand(Count);
        long? total = (long)(await count.ExecuteScalarAsync(cancellationToken))!;
        var after = cursor.Length > 0 ? Guid.ParseExact(cursor, "N") : Guid.Empty;
        while (await IdsAsync(SelectIds, cancellationToken, after, PageSize) is { Count: > 0 } ids)
        {
            after = ids[^1];
            yield return new HistoryPage([.. ids.Select(Mention)], after.ToString("N"), total);
            total = null;
        }
    }

    /// <summary>The documents of orders. Of an order that there is not there is none.</summary>
    public async Task<IReadOnlyList<OrderDocument>> FindAsync(IReadOnlyCollection<Guid> orders, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(Select);
        command.Parameters.Add(new() { Value = orders.ToArray() });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var documents = new List<OrderDocument>();
        while (await reader.ReadAsync(cancellationToken))
        {
            documents.Add(Read(reader));
        }

        return documents;
    }

    /// <summary>Whether this service has heard that customers are gone, and erased what they typed: in one transaction.</summary>
    public async Task<bool> HaveDepartedAsync(IReadOnlyCollection<Guid> customers, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(SelectDeparted);
        command.Parameters.Add(new() { Value = customers.ToArray() });
        return (long)(await command.ExecuteScalarAsync(cancellationToken))! == customers.Count;
    }

    /// <summary>The orders of a customer, a page at a time.</summary>
    public async IAsyncEnumerable<IReadOnlyList<Guid>> OrdersOfAsync(Guid customer, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var after = Guid.Empty; await IdsAsync(SelectTheirs, cancellationToken, customer, after, PageSize) is { Count: > 0 } ids; after = ids[^1])
        {
            yield return ids;
        }
    }

    private static IncomingMessage Mention(Guid order) =>
        KeptMessages.Of(OrderModule.Topic, string.Empty, ReadOnlyMemory<byte>.Empty, traceId: null) with { Key = order.ToString() };

    private static OrderDocument Read(NpgsqlDataReader reader)
    {
        var currency = reader.GetString(5);
        var total = new MoneyAmount(reader.GetInt64(6), currency).ToProto();
        var skus = reader.GetFieldValue<string[]>(13);
        var reason = reader.GetString(4);
        return new OrderDocument
        {
            Id = reader.GetGuid(0),
            // A place fits 15 bits.
            Version = (((reader.GetInt64(10) << 15) | (ushort)reader.GetInt16(11)) << 1) | (reader.GetBoolean(12) ? 1L : 0L),
            CustomerId = reader.GetGuid(1),
            PaymentId = reader.IsDBNull(2) ? null : reader.GetGuid(2),
            State = (State)reader.GetInt16(3),
            CurrencyCode = currency,
            Total = total.Units + (total.Nanos / 1_000_000_000m),
            CreateTime = Micros.Of(reader.GetFieldValue<DateTimeOffset>(8)),
            UpdateTime = Micros.Of(reader.GetFieldValue<DateTimeOffset>(9)),
            Skus = skus,
            Texts = new OrderTexts(
                [.. reader.GetFieldValue<string[]>(14).Concat(skus).Distinct()],
                [.. OrderJson.ReadAdjustments(reader.IsDBNull(7) ? null : reader.GetString(7), currency).Select(a => a.DisplayName).Where(name => name.Length > 0).Distinct()],
                [.. reader.GetFieldValue<string[]>(15).Prepend(reason).Where(text => text.Length > 0).Distinct()]),
        };
    }

    private async Task<IReadOnlyList<Guid>> IdsAsync(string sql, CancellationToken cancellationToken, params object[] values)
    {
        await using var command = dataSource.CreateCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var ids = new List<Guid>();
        while (await reader.ReadAsync(cancellationToken))
        {
            ids.Add(reader.GetGuid(0));
        }

        return ids;
    }
}
