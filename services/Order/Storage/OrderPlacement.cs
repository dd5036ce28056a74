using Npgsql;
using NpgsqlTypes;
using Suite.Orders.Domain;
using Suite.Platform.Idempotency;
using Suite.Platform.Messaging;

namespace Suite.Orders.Storage;

/// <summary>
/// Writes a new order: prices checked, idempotency record, order, lines, history and outbox row in one statement, which is one
/// round trip and one durable commit.
/// </summary>
internal sealed class OrderPlacement(NpgsqlDataSource dataSource, IOutbox outbox)
{
    /// <summary>What came of it.</summary>
    public enum Outcome
    {
        /// <summary>The order is durable.</summary>
        Placed = 0,

        /// <summary>The request id was used before: its stored response is to be read, in a new statement.</summary>
        Repeated = 1,

        /// <summary>A product changed or is gone: nothing was written, prices are to be read again.</summary>
        PricesChanged = 2,
    }

    /// <summary>The statement. <c>bench/</c> runs the very same one through pgbench.</summary>
    public const string Statement =
        $"""
        WITH stale AS (
            SELECT FROM unnest($1::text[], $2::bigint[]) AS used (sku, version)
            WHERE NOT EXISTS (SELECT FROM products p WHERE p.sku = used.sku AND p.version = used.version AND p.state = 1)
            LIMIT 1
        ), key AS (
            INSERT INTO idempotency (request_id, request_hash, response)
            SELECT $3::uuid, $4::bytea, $5::bytea WHERE NOT EXISTS (SELECT FROM stale)
            ON CONFLICT DO NOTHING
            RETURNING request_id
        ), placed AS (
            INSERT INTO orders (id, customer_id, currency, total_minor, state, version, create_time, update_time)
            SELECT $6::uuid, $7::uuid, $8::text, $9::bigint, 1, 1, $10::timestamptz, $10::timestamptz FROM key
        ), lines AS (
            INSERT INTO order_lines (order_id, line_number, sku, quantity, unit_price_minor, amount_minor)
            SELECT $6::uuid, line.number, line.sku, line.quantity, line.price, line.amount
            FROM key, unnest($1::text[], $11::int[], $12::bigint[], $13::bigint[]) WITH ORDINALITY
                AS line (sku, quantity, price, amount, number)
        ), history AS (
            INSERT INTO order_history (order_id, version, state, state_reason, update_time)
            SELECT $6::uuid, 1, 1, '', $10::timestamptz FROM key
        ), event AS (
            INSERT INTO outbox ({OutboxRow.Columns})
            SELECT $14::uuid, $15::smallint, $16::text, $17::text, $18::text, $19::bytea, $20::text, $21::text, $22::text FROM key
        )
        SELECT CASE WHEN EXISTS (SELECT FROM key) THEN 0 WHEN EXISTS (SELECT FROM stale) THEN 2 ELSE 1 END
        """;

    public async Task<Outcome> PlaceAsync(
        Order order, IReadOnlyList<long> priceVersions, string paymentMethod, RequestKey key, byte[] response, CancellationToken cancellationToken)
    {
        var row = outbox.Prepare(new OutgoingEvent(OrderModule.Topic, order.Id.ToString(), order.ToEvent(paymentMethod)));
        var lines = order.Lines;
        await using var command = dataSource.CreateCommand(Statement);
        var p = command.Parameters;
        p.Add(new() { Value = lines.Select(l => l.Sku).ToArray() });
        p.Add(new() { Value = priceVersions });
        p.Add(new() { Value = key.Id });
        p.Add(new() { Value = key.Hash });
        p.Add(new() { Value = response });
        p.Add(new() { Value = order.Id });
        p.Add(new() { Value = order.CustomerId });
        p.Add(new() { Value = order.Total.CurrencyCode });
        p.Add(new() { Value = order.Total.MinorUnits });
        p.Add(new() { Value = order.CreateTime });
        p.Add(new() { Value = lines.Select(l => l.Quantity).ToArray() });
        p.Add(new() { Value = lines.Select(l => l.UnitPrice.MinorUnits).ToArray() });
        p.Add(new() { Value = lines.Select(l => l.Amount.MinorUnits).ToArray() });
        p.Add(new() { Value = row.EventId });
        p.Add(new() { Value = row.Shard });
        p.Add(new() { Value = row.Topic });
        p.Add(new() { Value = row.Key });
        p.Add(new() { Value = row.Type });
        p.Add(new() { Value = row.Payload });
        p.Add(Text(row.TraceParent));
        p.Add(Text(row.TraceState));
        p.Add(Text(row.Baggage));
        return (Outcome)(int)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static NpgsqlParameter Text(string? value) => new() { NpgsqlDbType = NpgsqlDbType.Text, Value = (object?)value ?? DBNull.Value };
}
