using Npgsql;
using NpgsqlTypes;
using Suite.Payments.Domain;

namespace Suite.Payments.Storage;

/// <summary>The payments' table: new intents, locked payments, and reading. <see cref="PaymentQueue"/> is its other half.</summary>
internal sealed class PaymentStore(NpgsqlDataSource dataSource)
{
    private const string SelectOne = $"SELECT {PaymentRow.Columns} FROM payments WHERE id = $1";

    private const string LockOne = $"{SelectOne} FOR UPDATE";

    // By the id the provider was told, or else by what the provider calls it.
    private const string Locate = "SELECT id FROM payments WHERE provider = $1 AND provider_reference = $2";

    // In order of id, as everywhere, so that batches that meet wait for each other instead of deadlocking.
    private const string LockByOrder = $"SELECT {PaymentRow.Columns} FROM payments WHERE order_id = ANY($1) ORDER BY id FOR UPDATE";

    // Nobody waits here, so that the order of locks is not of interest.
    private const string LockExpired =
        $"""
        SELECT {PaymentRow.Columns} FROM payments
        WHERE state = 2 AND NOT void_requested AND capturing_minor = 0 AND authorization_expire_time <= $1
        ORDER BY authorization_expire_time LIMIT $2
        FOR UPDATE SKIP LOCKED
        """;

    // In order of order id, and the first intent for an order stays. One that comes with a lease is claimed by being written.
    private const string InsertMany =
        """
        INSERT INTO payments (id, order_id, customer_id, currency, amount_minor, payment_method, state, version, create_time, update_time,
            attempts, next_attempt_time, lease_token, traceparent, tracestate, baggage, provider, request_id, request_hash)
        SELECT id, order_id, customer_id, currency, amount_minor, payment_method, 1, 1, create_time, create_time,
            CASE WHEN lease_token IS NULL THEN 0 ELSE 1 END,
            clock_timestamp() + CASE WHEN lease_token IS NULL THEN interval '0' ELSE $8 END,
            lease_token, traceparent, tracestate, baggage, provider, request_id, request_hash
        FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::bigint[], $5::text[], $6::timestamptz[], $7::uuid[],
                $9::text[], $10::text[], $11::text[], $12::uuid[], $13::text[], $14::uuid[], $15::bytea[])
            AS i (id, order_id, currency, amount_minor, payment_method, create_time, lease_token, traceparent, tracestate, baggage, customer_id,
                provider, request_id, request_hash)
        ORDER BY order_id
        ON CONFLICT ON CONSTRAINT payments_one_per_order DO NOTHING
        RETURNING id
        """;

    // What a provider was asked with is emptied with its answer; a payment that is still PENDING needs it, and loses it then.
    private const string Erase =
        "UPDATE payments SET payment_method = '', baggage = NULL WHERE customer_id = ANY($1) AND state <> 1 AND (payment_method <> '' OR baggage IS NOT NULL)";

    private const string EraseSteps =
        """
        UPDATE payment_steps s SET reason = '', baggage = CASE WHEN s.state IN (3, 4) THEN NULL ELSE s.baggage END
        FROM payments p WHERE p.customer_id = ANY($1) AND s.payment_id = p.id AND (s.reason <> '' OR s.baggage IS NOT NULL)
        """;

    public async Task<Payment?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(SelectOne);
        command.Parameters.Add(new() { Value = id });
        return (await ReadAllAsync(command, cancellationToken)).SingleOrDefault();
    }

    /// <summary>The payment of an order, or null.</summary>
    public async Task<Payment?> FindByOrderAsync(Guid orderId, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand($"SELECT {PaymentRow.Columns} FROM payments WHERE order_id = $1");
        command.Parameters.Add(new() { Value = orderId });
        return (await ReadAllAsync(command, cancellationToken)).SingleOrDefault();
    }

    /// <summary>The payment that a call made, or null.</summary>
    public async Task<Payment?> FindByRequestAsync(Guid requestId, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand($"SELECT {PaymentRow.Columns} FROM payments WHERE request_id = $1");
        command.Parameters.Add(new() { Value = requestId });
        return (await ReadAllAsync(command, cancellationToken)).SingleOrDefault();
    }

    /// <summary>The id of the payment that a provider calls <paramref name="reference"/>, or null.</summary>
    public async Task<Guid?> LocateAsync(string provider, string reference, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(Locate);
        command.Parameters.Add(new() { Value = provider });
        command.Parameters.Add(new() { Value = reference });
        return (Guid?)await command.ExecuteScalarAsync(cancellationToken);
    }

    /// <summary>Up to <paramref name="count"/> payments that match, newest first; before <paramref name="before"/> if given.</summary>
    public async Task<IReadOnlyList<Payment>> PageAsync(
        Func<NpgsqlParameterCollection, string> filter, Guid? before, int count, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand();
        command.Parameters.Add(new() { Value = before ?? Guid.AllBitsSet });
        command.Parameters.Add(new() { Value = count });
        command.CommandText = $"SELECT {PaymentRow.Columns} FROM payments WHERE id < $1{filter(command.Parameters)} ORDER BY id DESC LIMIT $2";
        return await ReadAllAsync(command, cancellationToken);
    }

    /// <summary>A payment, locked until the caller's transaction ends; null when there is none.</summary>
    public static async Task<Payment?> LockAsync(Guid id, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(LockOne, transaction.Connection, transaction);
        command.Parameters.Add(new() { Value = id });
        return (await ReadAllAsync(command, cancellationToken)).SingleOrDefault();
    }

    /// <summary>The payments of orders, locked until the caller's transaction ends.</summary>
    public static async Task<IReadOnlyList<Payment>> LockByOrderAsync(
        IEnumerable<Guid> orderIds, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(LockByOrder, transaction.Connection, transaction);
        command.Parameters.Add(new() { Value = orderIds.ToArray() });
        return await ReadAllAsync(command, cancellationToken);
    }

    /// <summary>Some payments whose hold nobody captured in time, locked until the caller's transaction ends.</summary>
    public static async Task<IReadOnlyList<Payment>> LockExpiredAsync(
        DateTimeOffset now, int most, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(LockExpired, transaction.Connection, transaction);
        command.Parameters.Add(new() { Value = now });
        command.Parameters.Add(new() { Value = most });
        return await ReadAllAsync(command, cancellationToken);
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
        p.AddTraces([.. intents.Select(i => i.Trace)]);
        p.Add(new() { Value = intents.Select(i => i.Payment.CustomerId).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid });
        p.Add(new() { Value = intents.Select(i => i.Payment.Provider).ToArray() });
        p.Add(new() { Value = intents.Select(i => i.Payment.RequestId).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid });
        p.Add(new() { Value = intents.Select(i => i.Payment.RequestHash).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var written = new HashSet<Guid>(intents.Count);
        while (await reader.ReadAsync(cancellationToken))
        {
            written.Add(reader.GetGuid(0));
        }

        return written;
    }

    /// <summary>Erases, in the caller's transaction, what payments of customers who are gone hold beside the accounts.</summary>
    public static async Task EraseAsync(Guid[] customerIds, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        foreach (var statement in (string[])[Erase, EraseSteps])
        {
            await using var command = new NpgsqlCommand(statement, transaction.Connection, transaction);
            command.Parameters.Add(new() { Value = customerIds });
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    private static async Task<IReadOnlyList<Payment>> ReadAllAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var payments = new List<Payment>();
        while (await reader.ReadAsync(cancellationToken))
        {
            payments.Add(PaymentRow.Read(reader));
        }

        return payments;
    }
}
