using Npgsql;
using Suite.Local;

namespace Suite.Bench.Pgbench;

/// <summary>What the service wrote for one order.</summary>
internal sealed record SampleOrder(
    byte[] RequestHash,
    byte[] Response,
    string Currency,
    long TotalMinor,
    string Topic,
    string Type,
    byte[] Payload,
    string? TraceParent,
    string? TraceState,
    string? Baggage,
    string Actor,
    IReadOnlyList<SampleLine> Lines)
{
    private const string SelectOrder =
        """
        SELECT i.request_hash, i.response, o.currency, o.total_minor, e.topic, e.type, e.payload, e.traceparent, e.tracestate, e.baggage, h.actor
        FROM orders o JOIN idempotency i ON i.request_id = $2 JOIN outbox e ON e.key = o.id::text AND e.type LIKE '%OrderPlaced'
        JOIN order_history h ON h.order_id = o.id AND h.version = 1 AND h.place = 0
        WHERE o.id = $1
        """;

    private const string SelectLines =
        """
        SELECT l.sku, p.version, l.quantity, l.unit_price_minor, l.amount_minor, l.total_minor
        FROM order_lines l JOIN products p USING (sku) WHERE l.order_id = $1 ORDER BY l.line_number
        """;

    public static async Task<SampleOrder> ReadAsync(NpgsqlDataSource orders, Guid id, Guid requestId, CancellationToken cancellationToken)
    {
        var lines = new List<SampleLine>();
        await using (var command = orders.CreateCommand(SelectLines))
        {
            command.Parameters.Add(new() { Value = id });
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                lines.Add(new SampleLine(reader.GetString(0), reader.GetInt64(1), reader.GetInt32(2), reader.GetInt64(3), reader.GetInt64(4), reader.GetInt64(5)));
            }
        }

        await using var select = orders.CreateCommand(SelectOrder);
        select.Parameters.Add(new() { Value = id });
        select.Parameters.Add(new() { Value = requestId });
        await using var row = await select.ExecuteReaderAsync(cancellationToken);
        if (!await row.ReadAsync(cancellationToken))
        {
            throw new SuiteLocalException($"Order {id} is not as the bench expects it: its idempotency record or event is missing.");
        }

        return new SampleOrder(
            row.GetFieldValue<byte[]>(0),
            row.GetFieldValue<byte[]>(1),
            row.GetString(2),
            row.GetInt64(3),
            row.GetString(4),
            row.GetString(5),
            row.GetFieldValue<byte[]>(6),
            Text(7),
            Text(8),
            Text(9),
            row.GetString(10),
            lines);

        string? Text(int column) => row.IsDBNull(column) ? null : row.GetString(column);
    }
}

internal sealed record SampleLine(string Sku, long Version, int Quantity, long Price, long Amount, long Total);
