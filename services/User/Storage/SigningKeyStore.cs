using Npgsql;
using Suite.Platform.Locking;
using Suite.Platform.Postgres;
using Suite.Users.Features.SigningKeys;

namespace Suite.Users.Storage;

/// <summary>The signing keys' table.</summary>
internal sealed class SigningKeyStore(NpgsqlDataSource dataSource)
{
    private const string Lock = "SELECT id FROM signing_key_rotation FOR UPDATE";
    private const string Select = "SELECT kid, x, y, private_key, create_time, sign_time FROM signing_keys ORDER BY sign_time, kid";

    private const string Insert =
        "INSERT INTO signing_keys (kid, x, y, private_key, create_time, sign_time) VALUES ($1, $2, $3, $4, $5, $6)";

    private const string Delete = "DELETE FROM signing_keys WHERE kid = ANY($1)";

    /// <summary>Every key, in the order of their turns.</summary>
    public async Task<IReadOnlyList<SigningKey>> ListAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await ListAsync(connection, cancellationToken);
    }

    /// <summary>Changes the keys by a function of those there are: one replica at a time, each sees what the one before it did.</summary>
    /// <param name="change">Returns what to add and what to drop.</param>
    /// <param name="fence">The lock under which it is done, with its fencing token; null when it is done without.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="FencingException">The lock has had a later holder; nothing is changed.</exception>
    /// <returns>Every key after the change.</returns>
    public Task<IReadOnlyList<SigningKey>> RotateAsync(
        Func<IReadOnlyList<SigningKey>, (SigningKey? Added, IReadOnlyList<SigningKey> Dropped)> change,
        (string Lock, long Token)? fence,
        CancellationToken cancellationToken) =>
        dataSource.InTransactionAsync(
            async (transaction, token) =>
            {
                var connection = transaction.Connection!;
                if (fence is { } passed)
                {
                    await Fences.PassAsync(transaction, passed.Lock, passed.Token, token);
                }

                await using (var command = new NpgsqlCommand(Lock, connection, transaction))
                {
                    await command.ExecuteNonQueryAsync(token);
                }

                var (added, dropped) = change(await ListAsync(connection, token));
                if (added is not null)
                {
                    await InsertAsync(added, transaction, token);
                }

                if (dropped.Count > 0)
                {
                    await using var command = new NpgsqlCommand(Delete, connection, transaction);
                    command.Parameters.Add(new() { Value = dropped.Select(k => k.Kid).ToArray() });
                    await command.ExecuteNonQueryAsync(token);
                }

                return await ListAsync(connection, token);
            },
            cancellationToken);

    private static async Task InsertAsync(SigningKey key, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Insert, transaction.Connection, transaction);
        command.Parameters.Add(new() { Value = key.Kid });
        command.Parameters.Add(new() { Value = key.X });
        command.Parameters.Add(new() { Value = key.Y });
        command.Parameters.Add(new() { Value = key.PrivateKey });
        command.Parameters.Add(new() { Value = key.CreateTime });
        command.Parameters.Add(new() { Value = key.SignTime });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<IReadOnlyList<SigningKey>> ListAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Select, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var keys = new List<SigningKey>();
        while (await reader.ReadAsync(cancellationToken))
        {
            keys.Add(new SigningKey(
                reader.GetString(0),
                reader.GetFieldValue<byte[]>(1),
                reader.GetFieldValue<byte[]>(2),
                reader.GetFieldValue<byte[]>(3),
                reader.GetFieldValue<DateTimeOffset>(4),
                reader.GetFieldValue<DateTimeOffset>(5)));
        }

        return keys;
    }
}
