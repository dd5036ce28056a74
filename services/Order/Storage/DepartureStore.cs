using Npgsql;
using Suite.Orders.Features;

namespace Suite.Orders.Storage;

/// <summary>Customers who were deleted: who they are, their open orders, and what is personal in the others.</summary>
internal sealed class DepartureStore(NpgsqlDataSource dataSource)
{
    private const string Insert =
        "INSERT INTO departed_customers (customer_id) SELECT unnest($1::uuid[]) ON CONFLICT DO NOTHING";

    private const string SelectOpen = "SELECT id FROM orders WHERE customer_id = ANY($1) AND state IN (1, 2) AND fulfilment_id IS NULL ORDER BY id";

    // Customer by customer: joined, a planner that hopes for a hundred matches soon walks all orders in order of id.
    private const string SelectLeft =
        """
        SELECT o.id FROM departed_customers d
        CROSS JOIN LATERAL (SELECT id FROM orders WHERE customer_id = d.customer_id AND state IN (1, 2) AND fulfilment_id IS NULL OFFSET 0) o
        WHERE d.hear_time > now() - $1::interval ORDER BY o.id LIMIT $2
        """;

    // In order of id, as everywhere, so that writers that meet wait for each other instead of deadlocking.
    private const string EraseReasons =
        """
        WITH theirs AS MATERIALIZED (
            SELECT id FROM orders WHERE customer_id = ANY($1) AND state = 4 AND state_reason <> '' AND state_reason <> ALL($2)
            ORDER BY id FOR UPDATE
        ), history AS (
            UPDATE order_history h SET state_reason = '' FROM theirs t WHERE h.order_id = t.id AND h.state = 4
        )
        UPDATE orders o SET state_reason = '' FROM theirs t WHERE o.id = t.id
        """;

    // What people typed with a fulfilment or a refund; why one was refused is a word of the provider's.
    private const string LockTheirs = "SELECT id FROM orders WHERE customer_id = ANY($1) ORDER BY id FOR UPDATE";

    private const string EraseNotes =
        """
        WITH steps AS (
            UPDATE order_steps SET reason = '' WHERE order_id = ANY($1) AND reason <> ''
        )
        UPDATE order_history SET note = '' WHERE order_id = ANY($1) AND note <> '' AND event_type IN (5, 6, 8, 10)
        """;

    /// <summary>Takes note of customers in the caller's transaction, and returns their PENDING and CONFIRMED orders.</summary>
    public static async Task<Guid[]> DepartAsync(Guid[] customerIds, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var insert = new NpgsqlCommand(Insert, transaction.Connection, transaction);
        insert.Parameters.Add(new() { Value = customerIds });
        await insert.ExecuteNonQueryAsync(cancellationToken);

        await using var select = new NpgsqlCommand(SelectOpen, transaction.Connection, transaction);
        select.Parameters.Add(new() { Value = customerIds });
        return await ReadIdsAsync(select, cancellationToken);
    }

    /// <summary>
    /// Erases, in the caller's transaction, what people typed as the reason of a cancellation, a fulfilment or a refund. What the suite
    /// itself says stays.
    /// </summary>
    public static async Task EraseReasonsAsync(Guid[] customerIds, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(EraseReasons, transaction.Connection, transaction);
        command.Parameters.Add(new() { Value = customerIds });
        command.Parameters.Add(new() { Value = CancelReasons.All });
        await command.ExecuteNonQueryAsync(cancellationToken);

        // Whoever begins a step of one of these orders has committed it before the lock is ours, or finds that the customer is gone.
        await using var theirs = new NpgsqlCommand(LockTheirs, transaction.Connection, transaction);
        theirs.Parameters.Add(new() { Value = customerIds });
        var orders = await ReadIdsAsync(theirs, cancellationToken);
        await using var notes = new NpgsqlCommand(EraseNotes, transaction.Connection, transaction);
        notes.Parameters.Add(new() { Value = orders });
        await notes.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Up to <paramref name="count"/> PENDING and CONFIRMED orders of customers who departed within <paramref name="window"/>.</summary>
    public async Task<Guid[]> LeftOpenAsync(TimeSpan window, int count, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(SelectLeft);
        command.Parameters.Add(new() { Value = window });
        command.Parameters.Add(new() { Value = count });
        return await ReadIdsAsync(command, cancellationToken);
    }

    private static async Task<Guid[]> ReadIdsAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var ids = new List<Guid>();
        while (await reader.ReadAsync(cancellationToken))
        {
            ids.Add(reader.GetGuid(0));
        }

        return [.. ids];
    }
}
