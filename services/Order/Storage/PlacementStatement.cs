using System.Data;
using Npgsql;
using Suite.Platform.Messaging;

namespace Suite.Orders.Storage;

/// <summary>
/// Writes a batch of new orders in one statement on a connection of its own: prices checked, idempotency records, orders,
/// lines, history and outbox rows are one round trip and one durable commit. Used by one loop at a time.
/// </summary>
internal sealed class PlacementStatement(NpgsqlDataSource dataSource) : IAsyncDisposable
{
    // Every parameter stands in one place, so that a script can put an expression there. The sets are asked with
    // (x IN (SELECT …)) IS TRUE, which PostgreSQL hashes whatever it believes of their size; as joins, a plan made for ten
    // rows would loop over thousands. For the same reason a price is looked up line by line through the primary key.
    public const string Sql =
        $"""
        WITH batch AS MATERIALIZED (
            SELECT * FROM unnest(
                $1::uuid[], $2::bytea[], $3::bytea[], $4::uuid[], $5::uuid[], $6::text[], $7::bigint[], $8::timestamptz[],
                $9::uuid[], $10::smallint[], $11::text[], $12::bytea[], $13::text[], $14::text[], $15::text[], $26::text[], $27::text[])
                WITH ORDINALITY AS b (
                    request_id, request_hash, response, id, customer_id, currency, total_minor, create_time,
                    event_id, shard, key, payload, traceparent, tracestate, baggage, adjustments, actor, n)
        ), line AS MATERIALIZED (
            SELECT * FROM unnest(
                $16::int[], $17::uuid[], $18::smallint[], $19::text[], $20::bigint[], $21::int[], $22::bigint[], $23::bigint[], $28::bigint[])
                AS l (n, order_id, number, sku, version, quantity, price, amount, total)
        ), stale AS MATERIALIZED (
            SELECT n FROM line
            WHERE (SELECT p.version FROM products p WHERE p.sku = line.sku AND p.state = 1) IS DISTINCT FROM line.version
        ), fresh AS (
            INSERT INTO idempotency (request_id, request_hash, response)
            SELECT request_id, request_hash, response FROM batch WHERE (n IN (SELECT n FROM stale)) IS NOT TRUE
            ON CONFLICT DO NOTHING
            RETURNING request_id
        ), won AS MATERIALIZED (
            SELECT * FROM batch WHERE (request_id IN (SELECT request_id FROM fresh)) IS TRUE
        ), placed AS (
            INSERT INTO orders (id, customer_id, currency, total_minor, state, version, create_time, update_time, adjustments)
            SELECT id, customer_id, currency, total_minor, 1, 1, create_time, create_time, adjustments::jsonb FROM won
        ), lines AS (
            INSERT INTO order_lines (order_id, line_number, sku, quantity, unit_price_minor, amount_minor, total_minor)
            SELECT order_id, number, sku, quantity, price, amount, total FROM line WHERE (order_id IN (SELECT id FROM won)) IS TRUE
        ), history AS (
            INSERT INTO order_history (order_id, version, state, state_reason, update_time, event_type, actor, trace_id)
            SELECT id, 1, 1, '', create_time, 1, actor, substr(traceparent, 4, 32)::uuid FROM won
        ), event AS (
            INSERT INTO outbox ({OutboxRow.Columns})
            SELECT event_id, shard, $24::text, key, $25::text, payload, traceparent, tracestate, baggage FROM won
        )
        SELECT CASE WHEN (n IN (SELECT n FROM won)) IS TRUE THEN 0 WHEN (n IN (SELECT n FROM stale)) IS TRUE THEN 2 ELSE 1 END
        FROM batch ORDER BY n
        """;

    // Whoever holds a request id longer than this has not answered yet; the caller is told so.
    private const string Settings = "SET lock_timeout = '500ms'; SET statement_timeout = '10s'";

    private NpgsqlConnection? _connection;
    private NpgsqlCommand? _command;

    /// <summary>Whether the database answered last time, if only to refuse.</summary>
    public bool IsConnected => _connection is { State: ConnectionState.Open };

    /// <summary>Writes the batch, sorted by request id and without doubles; one outcome each, in order.</summary>
    /// <exception cref="PostgresException">The database refuses the batch; nothing of it was written.</exception>
    /// <exception cref="NpgsqlException">The database does not answer; what was written is not known.</exception>
    public async Task<IReadOnlyList<OrderPlacement.Outcome>> RunAsync(IReadOnlyList<Placement> batch)
    {
        for (var retry = true; ; retry = false)
        {
            try
            {
                return await ExecuteAsync(batch);
            }
            catch (Exception) when (!IsConnected)
            {
                await DisposeAsync();
                if (!retry)
                {
                    throw;
                }

                // The connection was lost, perhaps long ago. Should the batch have been written, its request ids say so.
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_command is not null)
        {
            await _command.DisposeAsync();
        }

        if (_connection is not null)
        {
            await _connection.DisposeAsync();
        }

        _command = null;
        _connection = null;
    }

    private async Task<IReadOnlyList<OrderPlacement.Outcome>> ExecuteAsync(IReadOnlyList<Placement> batch)
    {
        if (_connection is null)
        {
            _connection = await dataSource.OpenConnectionAsync(CancellationToken.None);
            await using var settings = new NpgsqlCommand(Settings, _connection);
            await settings.ExecuteNonQueryAsync(CancellationToken.None);
        }

        var parameters = PlacementParameters.Of(batch);
        if (_command is null)
        {
            _command = new NpgsqlCommand(Sql, _connection) { CommandTimeout = 15 };
            _command.Parameters.AddRange(parameters);
            await _command.PrepareAsync(CancellationToken.None);
        }
        else
        {
            for (var i = 0; i < parameters.Length; i++)
            {
                _command.Parameters[i] = parameters[i];
            }
        }

        var outcomes = new List<OrderPlacement.Outcome>(batch.Count);
        await using var reader = await _command.ExecuteReaderAsync(CancellationToken.None);
        while (await reader.ReadAsync(CancellationToken.None))
        {
            outcomes.Add((OrderPlacement.Outcome)reader.GetInt32(0));
        }

        return outcomes;
    }
}
