using Npgsql;

namespace Suite.Users.Storage;

/// <summary>The hashes of passwords, at most one a user.</summary>
internal sealed class PasswordStore(NpgsqlDataSource dataSource)
{
    private const string Select = "SELECT hash FROM passwords WHERE user_id = $1";

    private const string Upsert =
        """
        INSERT INTO passwords (user_id, hash, changed_time) VALUES ($1, $2, $3)
        ON CONFLICT (user_id) DO UPDATE SET hash = excluded.hash, changed_time = excluded.changed_time
        """;

    private const string Delete = "DELETE FROM passwords WHERE user_id = $1";

    /// <summary>The hash of a user's password; null when there is none.</summary>
    public async Task<string?> FindAsync(Guid userId, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(Select);
        return await FindAsync(userId, command, cancellationToken);
    }

    /// <summary>The same within the caller's transaction, which has the user's row locked.</summary>
    public static async Task<string?> FindAsync(Guid userId, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Select, transaction.Connection, transaction);
        return await FindAsync(userId, command, cancellationToken);
    }

    public static async Task SetAsync(
        Guid userId, string hash, DateTimeOffset now, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Upsert, transaction.Connection, transaction);
        command.Parameters.Add(new() { Value = userId });
        command.Parameters.Add(new() { Value = hash });
        command.Parameters.Add(new() { Value = now });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public static async Task DeleteAsync(Guid userId, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Delete, transaction.Connection, transaction);
        command.Parameters.Add(new() { Value = userId });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<string?> FindAsync(Guid userId, NpgsqlCommand command, CancellationToken cancellationToken)
    {
        command.Parameters.Add(new() { Value = userId });
        return await command.ExecuteScalarAsync(cancellationToken) as string;
    }
}
