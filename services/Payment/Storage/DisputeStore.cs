using Npgsql;
using NpgsqlTypes;
using Suite.Payments.Domain;
using Suite.Platform.Monetary;

namespace Suite.Payments.Storage;

/// <summary>The table <c>disputes</c>. A dispute changes under the lock of its payment.</summary>
internal sealed class DisputeStore(NpgsqlDataSource dataSource)
{
    private const string Columns =
        "id, payment_id, order_id, customer_id, provider, provider_reference, currency, amount_minor, state, reason, "
        + "create_time, update_time";

    private const string SelectOne = $"SELECT {Columns} FROM disputes WHERE id = $1";

    private const string SelectByReference = $"SELECT {Columns} FROM disputes WHERE provider = $1 AND provider_reference = $2";

    private const string Upsert =
        $"""
        INSERT INTO disputes ({Columns}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
        ON CONFLICT (id) DO UPDATE SET state = excluded.state, update_time = excluded.update_time
        """;

    public async Task<Dispute?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(SelectOne);
        command.Parameters.Add(new() { Value = id });
        return (await ReadAllAsync(command, cancellationToken)).SingleOrDefault();
    }

    /// <summary>Up to <paramref name="count"/> disputes that match, newest first; before <paramref name="before"/> if given.</summary>
    public async Task<IReadOnlyList<Dispute>> PageAsync(
        Func<NpgsqlParameterCollection, string> filter, Guid? before, int count, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand();
        command.Parameters.Add(new() { Value = before ?? Guid.AllBitsSet });
        command.Parameters.Add(new() { Value = count });
        command.CommandText = $"SELECT {Columns} FROM disputes WHERE id < $1{filter(command.Parameters)} ORDER BY id DESC LIMIT $2";
        return await ReadAllAsync(command, cancellationToken);
    }

    /// <summary>The dispute that a provider calls <paramref name="reference"/>, as the transaction that has locked its payment sees it.</summary>
    public static async Task<Dispute?> FindAsync(
        string provider, string reference, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(SelectByReference, transaction.Connection, transaction);
        command.Parameters.Add(new() { Value = provider });
        command.Parameters.Add(new() { Value = reference });
        return (await ReadAllAsync(command, cancellationToken)).SingleOrDefault();
    }

    /// <summary>Writes a dispute that is new or was decided.</summary>
    public static async Task UpsertAsync(Dispute dispute, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Upsert, transaction.Connection, transaction);
        var p = command.Parameters;
        p.Add(new() { Value = dispute.Id });
        p.Add(new() { Value = dispute.PaymentId });
        p.Add(new() { Value = dispute.OrderId });
        p.Add(new() { Value = (object?)dispute.CustomerId ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid });
        p.Add(new() { Value = dispute.Provider });
        p.Add(new() { Value = dispute.ProviderReference });
        p.Add(new() { Value = dispute.Amount.CurrencyCode });
        p.Add(new() { Value = dispute.Amount.MinorUnits });
        p.Add(new() { Value = (short)dispute.State });
        p.Add(new() { Value = dispute.Reason });
        p.Add(new() { Value = dispute.CreateTime });
        p.Add(new() { Value = dispute.UpdateTime });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<IReadOnlyList<Dispute>> ReadAllAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var disputes = new List<Dispute>();
        while (await reader.ReadAsync(cancellationToken))
        {
            disputes.Add(new Dispute
            {
                Id = reader.GetGuid(0),
                PaymentId = reader.GetGuid(1),
                OrderId = reader.GetGuid(2),
                CustomerId = reader.IsDBNull(3) ? null : reader.GetGuid(3),
                Provider = reader.GetString(4),
                ProviderReference = reader.GetString(5),
                Amount = new MoneyAmount(reader.GetInt64(7), reader.GetString(6)),
                State = (DisputeState)reader.GetInt16(8),
                Reason = reader.GetString(9),
                CreateTime = reader.GetFieldValue<DateTimeOffset>(10),
                UpdateTime = reader.GetFieldValue<DateTimeOffset>(11),
            });
        }

        return disputes;
    }
}
