using Npgsql;
using NpgsqlTypes;
using Suite.Users.Domain;

namespace Suite.Users.Storage;

/// <summary>The API keys' table.</summary>
internal sealed class ApiKeyStore(NpgsqlDataSource dataSource)
{
    private const string Columns =
        "id, display_name, scopes, prefix, creator, secret_hash, administrator, create_time, expire_time, revoke_time, last_use_time";

    private const string Insert =
        $"""
        INSERT INTO api_keys ({Columns}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, NULL, NULL)
        ON CONFLICT (secret_hash) DO NOTHING
        """;

    private const string SelectAccepted =
        $"SELECT {Columns} FROM api_keys WHERE secret_hash = $1 AND revoke_time IS NULL AND (expire_time IS NULL OR expire_time > $2)";

    private const string Lock = $"SELECT {Columns} FROM api_keys WHERE id = $1 FOR UPDATE";
    private const string Page = $"SELECT {Columns} FROM api_keys WHERE $1::uuid IS NULL OR id < $1 ORDER BY id DESC LIMIT $2";
    private const string Revoke = "UPDATE api_keys SET revoke_time = $2 WHERE id = $1";

    // Once a minute and key, however many replicas saw it used.
    private const string Use =
        """
        UPDATE api_keys k SET last_use_time = u.minute
        FROM unnest($1, $2) AS u (id, minute)
        WHERE k.id = u.id AND (k.last_use_time IS NULL OR k.last_use_time < u.minute)
        """;

    // Which keys are the administrator's is decided by one replica at a time.
    private const string LockAdministrator = "SELECT pg_advisory_xact_lock(hashtext('suite.user.administrator-key'))";
    private const string SelectAdministrators = $"SELECT {Columns} FROM api_keys WHERE administrator AND revoke_time IS NULL";
    private const string SetScopes = "UPDATE api_keys SET scopes = $2 WHERE id = $1";

    /// <summary>Writes a new key.</summary>
    /// <returns>False when there is a key with this secret already, revoked perhaps.</returns>
    public static async Task<bool> InsertAsync(BackendKey key, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Insert, transaction.Connection, transaction);
        command.Parameters.Add(new() { Value = key.Id });
        command.Parameters.Add(new() { Value = key.DisplayName });
        command.Parameters.Add(new() { Value = key.Scopes.ToArray() });
        command.Parameters.Add(new() { Value = key.Prefix });
        command.Parameters.Add(new() { Value = key.Creator });
        command.Parameters.Add(new() { Value = key.SecretHash });
        command.Parameters.Add(new() { Value = key.Administrator });
        command.Parameters.Add(new() { Value = key.CreateTime });
        command.Parameters.Add(new() { Value = (object?)key.ExpireTime ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    /// <summary>The key of a secret, if it is accepted now.</summary>
    public async Task<BackendKey?> FindAcceptedAsync(byte[] secretHash, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(SelectAccepted);
        command.Parameters.Add(new() { Value = secretHash });
        command.Parameters.Add(new() { Value = now });
        return (await ReadManyAsync(command, cancellationToken)).SingleOrDefault();
    }

    /// <summary>A key, locked for the rest of the transaction; null when there is none.</summary>
    public static async Task<BackendKey?> LockAsync(Guid id, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Lock, transaction.Connection, transaction);
        command.Parameters.Add(new() { Value = id });
        return (await ReadManyAsync(command, cancellationToken)).SingleOrDefault();
    }

    /// <summary>Ends a key that is locked; the revocation for every service goes with it.</summary>
    public static async Task RevokeAsync(
        BackendKey key, DateTimeOffset now, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using (var command = new NpgsqlCommand(Revoke, transaction.Connection, transaction))
        {
            command.Parameters.Add(new() { Value = key.Id });
            command.Parameters.Add(new() { Value = now });
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        await RevocationStore.AppendAsync([key.Name], now, key.ExpireTime, transaction, cancellationToken);
    }

    /// <summary>Keys, newest first, older than <paramref name="before"/> when it is given.</summary>
    public async Task<IReadOnlyList<BackendKey>> PageAsync(Guid? before, int count, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(Page);
        command.Parameters.Add(new() { Value = (object?)before ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid });
        command.Parameters.Add(new() { Value = count });
        return await ReadManyAsync(command, cancellationToken);
    }

    /// <summary>Notes in which minute keys were used last.</summary>
    public async Task<int> UsedAsync(IReadOnlyCollection<KeyValuePair<Guid, DateTimeOffset>> minutes, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(Use);
        command.Parameters.Add(new() { Value = minutes.Select(m => m.Key).ToArray() });
        command.Parameters.Add(new() { Value = minutes.Select(m => m.Value).ToArray() });
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The administrator's keys that are not revoked; no other replica changes which until the transaction ends.</summary>
    public static async Task<IReadOnlyList<BackendKey>> LockAdministratorsAsync(
        NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using (var command = new NpgsqlCommand(LockAdministrator, transaction.Connection, transaction))
        {
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        await using var select = new NpgsqlCommand(SelectAdministrators, transaction.Connection, transaction);
        return await ReadManyAsync(select, cancellationToken);
    }

    public static async Task SetScopesAsync(
        Guid id, IReadOnlyList<string> scopes, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(SetScopes, transaction.Connection, transaction);
        command.Parameters.Add(new() { Value = id });
        command.Parameters.Add(new() { Value = scopes.ToArray() });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<IReadOnlyList<BackendKey>> ReadManyAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var keys = new List<BackendKey>();
        while (await reader.ReadAsync(cancellationToken))
        {
            keys.Add(new BackendKey(
                reader.GetGuid(0),
                reader.GetString(1),
                reader.GetFieldValue<string[]>(2),
                reader.GetString(3),
                reader.GetString(4),
                reader.GetFieldValue<byte[]>(5),
                reader.GetBoolean(6),
                reader.GetFieldValue<DateTimeOffset>(7),
                Time(reader, 8),
                Time(reader, 9),
                Time(reader, 10)));
        }

        return keys;
    }

    private static DateTimeOffset? Time(NpgsqlDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : reader.GetFieldValue<DateTimeOffset>(column);
}
