using Npgsql;
using Suite.Orders.Domain;
using Suite.Platform.Monetary;
using State = Suite.Contracts.Orders.V1.Order.Types.State;

namespace Suite.Orders.Storage;

/// <summary>
/// Reads orders. <see cref="OrderPlacement"/> writes new ones, <see cref="OrderWriter"/> changes them. An order and its lines come from
/// one statement, so that what is told of them is of one moment.
/// </summary>
internal sealed class OrderStore(NpgsqlDataSource dataSource)
{
    public const string Columns =
        "id, customer_id, total_minor, currency, payment_id, state, state_reason, version, create_time, update_time, "
        + "refunded_minor, adjustments, fulfilment_id";

    private const int LineOrdinal = 13;

    // OFFSET keeps PostgreSQL from making a join of it, which a plan made for other numbers would run over the whole table.
    private const string WithLines =
        """
        LEFT JOIN LATERAL (
            SELECT line_number, sku, quantity, unit_price_minor, COALESCE(total_minor, amount_minor), refunded_minor, refunded_quantity
            FROM order_lines WHERE order_id = o.id ORDER BY line_number OFFSET 0
        ) AS l (line_number, sku, quantity, price_minor, line_total_minor, line_refunded_minor, line_refunded_quantity) ON true
        """;

    private const string SelectOne =
        $"SELECT o.*, l.* FROM (SELECT {Columns} FROM orders WHERE id = $1) AS o {WithLines} ORDER BY l.line_number";

    private const string SelectMany =
        $"SELECT o.*, l.* FROM (SELECT {Columns} FROM orders WHERE id = ANY($1)) AS o {WithLines} ORDER BY o.id, l.line_number";

    private const string SelectOverdue =
        $"SELECT {Columns} FROM orders WHERE state = 1 AND id > $1 AND create_time < $2 ORDER BY id LIMIT $3";

    public async Task<Order?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(SelectOne);
        command.Parameters.Add(new() { Value = id });
        return (await ReadWithLinesAsync(command, cancellationToken)).SingleOrDefault();
    }

    /// <summary>Orders by their ids, in no order.</summary>
    public async Task<IReadOnlyList<Order>> FindManyAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken)
    {
        if (ids.Count == 0)
        {
            return [];
        }

        await using var command = dataSource.CreateCommand(SelectMany);
        command.Parameters.Add(new() { Value = ids.ToArray() });
        return await ReadWithLinesAsync(command, cancellationToken);
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

        command.CommandText =
            $"""
            SELECT o.*, l.* FROM (
                SELECT {Columns} FROM orders WHERE id < $1{own}{filter(command.Parameters)} ORDER BY id DESC LIMIT $2
            ) AS o {WithLines} ORDER BY o.id DESC, l.line_number
            """;
        return await ReadWithLinesAsync(command, cancellationToken);
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

    /// <summary>Reads rows of <see cref="Columns"/>.</summary>
    public static async Task<IReadOnlyList<Order>> ReadManyAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await ReadManyAsync(reader, cancellationToken);
    }

    /// <summary>The same, of a reader that may have more to give.</summary>
    public static async Task<IReadOnlyList<Order>> ReadManyAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        var orders = new List<Order>();
        while (await reader.ReadAsync(cancellationToken))
        {
            orders.Add(Read(reader));
        }

        return orders;
    }

    /// <summary>Reads a row of a line: its columns from <paramref name="first"/> as above, after the number.</summary>
    public static OrderLine ReadLine(NpgsqlDataReader reader, int first, string currency) =>
        new(reader.GetString(first), reader.GetInt32(first + 1), new MoneyAmount(reader.GetInt64(first + 2), currency))
        {
            TotalMinor = reader.GetInt64(first + 3),
            RefundedMinor = reader.GetInt64(first + 4),
            RefundedQuantity = reader.GetInt32(first + 5),
        };

    private static async Task<IReadOnlyList<Order>> ReadWithLinesAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var orders = new List<(Order Order, List<OrderLine> Lines)>();
        while (await reader.ReadAsync(cancellationToken))
        {
            if (orders.Count == 0 || orders[^1].Order.Id != reader.GetGuid(0))
            {
                orders.Add((Read(reader), []));
            }

            if (!reader.IsDBNull(LineOrdinal))
            {
                orders[^1].Lines.Add(ReadLine(reader, LineOrdinal + 1, orders[^1].Order.Total.CurrencyCode));
            }
        }

        return orders.ConvertAll(read => read.Order with { Lines = read.Lines });
    }

    private static Order Read(NpgsqlDataReader reader) => new()
    {
        Id = reader.GetGuid(0),
        CustomerId = reader.GetGuid(1),
        Total = new MoneyAmount(reader.GetInt64(2), reader.GetString(3)),
        PaymentId = Id(reader, 4),
        State = (State)reader.GetInt16(5),
        StateReason = reader.GetString(6),
        Version = reader.GetInt64(7),
        CreateTime = reader.GetFieldValue<DateTimeOffset>(8),
        UpdateTime = reader.GetFieldValue<DateTimeOffset>(9),
        RefundedMinor = reader.GetInt64(10),
        Adjustments = OrderJson.ReadAdjustments(reader.IsDBNull(11) ? null : reader.GetString(11), reader.GetString(3)),
        FulfilmentId = Id(reader, 12),
    };

    private static Guid? Id(NpgsqlDataReader reader, int ordinal) => reader.IsDBNull(ordinal) ? null : reader.GetGuid(ordinal);
}
