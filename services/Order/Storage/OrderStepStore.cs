using Npgsql;
using NpgsqlTypes;
using Suite.Orders.Domain;
using Suite.Platform.Idempotency;

namespace Suite.Orders.Storage;

/// <summary>
/// The steps that Payment has a part in. They change under the lock of their order; only when they are to be taken up again is
/// changed without it. Times are the database's, so that replicas' clocks need not agree.
/// </summary>
internal sealed class OrderStepStore(NpgsqlDataSource dataSource)
{
    private const string Columns = "id, order_id, kind, amount_minor, lines, state, request_id, request_hash, actor, reason, attempts, traceparent";

    private const string Insert =
        $"""
        INSERT INTO order_steps ({Columns}, next_attempt_time, end_time)
        VALUES ($1, $2, $3, $4, $5::jsonb, $6, $7, $8, $9, $10, $11, $12, now() + $13, CASE WHEN $6 <> 1 THEN now() END)
        """;

    private const string SelectByRequest = $"SELECT {Columns} FROM order_steps WHERE request_id = $1";
    private const string SelectByOrder = $"SELECT {Columns} FROM order_steps WHERE order_id = ANY($1) AND (state = 1 OR id = ANY($2)) ORDER BY id FOR UPDATE";

    private const string End =
        """
        UPDATE order_steps s SET state = c.state, lines = c.lines::jsonb, end_time = now()
        FROM unnest($1::uuid[], $2::smallint[], $3::text[]) AS c (id, state, lines) WHERE s.id = c.id
        """;

    private const string Claim =
        $"""
        WITH due AS (
            SELECT id AS due_id FROM order_steps WHERE state = 1 AND next_attempt_time <= now() ORDER BY next_attempt_time LIMIT $1 FOR UPDATE SKIP LOCKED
        )
        UPDATE order_steps SET attempts = attempts + 1, next_attempt_time = now() + $2 FROM due WHERE id = due_id
        RETURNING {Columns}
        """;

    private const string Defer = "UPDATE order_steps SET next_attempt_time = now() + $2 WHERE id = $1 AND state = 1";

    private const string IsDeparted = "SELECT EXISTS (SELECT 1 FROM departed_customers WHERE customer_id = $1)";

    /// <summary>Adds a step in the caller's transaction, which holds the lock of its order.</summary>
    /// <param name="step">The step.</param>
    /// <param name="lease">How long it is left to the caller.</param>
    /// <param name="transaction">The transaction.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task InsertAsync(OrderStep step, TimeSpan lease, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Insert, transaction.Connection, transaction);
        command.Parameters.Add(new() { Value = step.Id });
        command.Parameters.Add(new() { Value = step.OrderId });
        command.Parameters.Add(new() { Value = (short)step.Kind });
        command.Parameters.Add(new() { Value = step.AmountMinor });
        command.Parameters.Add(new() { Value = OrderJson.Write(step.Lines) });
        command.Parameters.Add(new() { Value = (short)step.State });
        command.Parameters.Add(new() { Value = (object?)step.Request?.Id ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid });
        command.Parameters.Add(new() { Value = (object?)step.Request?.Hash ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bytea });
        command.Parameters.Add(new() { Value = step.Actor });
        command.Parameters.Add(new() { Value = step.Reason });
        command.Parameters.Add(new() { Value = step.Attempts });
        command.Parameters.Add(new() { Value = (object?)step.TraceParent ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = lease });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The step that a call began, or null.</summary>
    public static async Task<OrderStep?> FindByRequestAsync(Guid requestId, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(SelectByRequest, transaction.Connection, transaction);
        command.Parameters.Add(new() { Value = requestId });
        return (await ReadAsync(command, cancellationToken)).SingleOrDefault();
    }

    /// <summary>The open steps of locked orders, and the steps that are named, whatever their state.</summary>
    public static async Task<IReadOnlyList<OrderStep>> OfOrdersAsync(
        Guid[] orderIds, Guid[] ids, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(SelectByOrder, transaction.Connection, transaction);
        command.Parameters.Add(new() { Value = orderIds });
        command.Parameters.Add(new() { Value = ids });
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>Ends steps of locked orders, with the lines that they came to.</summary>
    public static async Task EndAsync(IReadOnlyCollection<OrderStep> steps, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(End, transaction.Connection, transaction);
        command.Parameters.Add(new() { Value = steps.Select(step => step.Id).ToArray() });
        command.Parameters.Add(new() { Value = steps.Select(step => (short)step.State).ToArray() });
        command.Parameters.Add(new() { Value = steps.Select(step => OrderJson.Write(step.Lines)).ToArray() });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Whether this service has heard that a customer is gone: what is typed about their orders is not kept then.</summary>
    public static async Task<bool> IsDepartedAsync(Guid customerId, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(IsDeparted, transaction.Connection, transaction);
        command.Parameters.Add(new() { Value = customerId });
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    /// <summary>Takes up to <paramref name="most"/> open steps that nobody works on, for <paramref name="lease"/>.</summary>
    public async Task<IReadOnlyList<OrderStep>> ClaimAsync(int most, TimeSpan lease, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(Claim);
        command.Parameters.Add(new() { Value = most });
        command.Parameters.Add(new() { Value = lease });
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>Gives an open step back, to be taken up again after <paramref name="pause"/> at the earliest.</summary>
    public async Task DeferAsync(Guid id, TimeSpan pause, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(Defer);
        command.Parameters.Add(new() { Value = id });
        command.Parameters.Add(new() { Value = pause });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<IReadOnlyList<OrderStep>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var steps = new List<OrderStep>();
        while (await reader.ReadAsync(cancellationToken))
        {
            steps.Add(new OrderStep
            {
                Id = reader.GetGuid(0),
                OrderId = reader.GetGuid(1),
                Kind = (StepKind)reader.GetInt16(2),
                AmountMinor = reader.GetInt64(3),
                Lines = OrderJson.ReadLines(reader.GetString(4)),
                State = (StepState)reader.GetInt16(5),
                Request = reader.IsDBNull(6) ? null : new RequestKey(reader.GetGuid(6), reader.GetFieldValue<byte[]>(7)),
                Actor = reader.GetString(8),
                Reason = reader.GetString(9),
                Attempts = reader.GetInt32(10),
                TraceParent = reader.IsDBNull(11) ? null : reader.GetString(11),
            });
        }

        return steps;
    }
}
