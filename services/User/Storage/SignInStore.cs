using Npgsql;
using Suite.Contracts.Users.V1;

namespace Suite.Users.Storage;

/// <summary>Somebody who might sign in: the user of an address, and the hash of the password; null when there is none.</summary>
internal sealed record SignInCandidate(Guid UserId, User.Types.State State, string? PasswordHash);

/// <summary>What signing in reads and writes of users and their passwords.</summary>
internal sealed class SignInStore(NpgsqlDataSource dataSource)
{
    private const string Find =
        "SELECT u.id, u.state, p.hash FROM users u LEFT JOIN passwords p ON p.user_id = u.id WHERE lower(u.email) = lower($1)";

    // Two statements: the second sees what the user's last change left, once the lock was waited for.
    private const string LockUser = "SELECT state FROM users WHERE id = $1 FOR SHARE";
    private const string Hash = "SELECT hash FROM passwords WHERE user_id = $1";

    private const string Rehash = "UPDATE passwords SET hash = $2 WHERE user_id = $1 AND hash = $3";

    /// <summary>Who has an e-mail address, without regard to case.</summary>
    public async Task<SignInCandidate?> FindAsync(string email, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(Find);
        command.Parameters.Add(new() { Value = email });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new SignInCandidate(reader.GetGuid(0), (User.Types.State)reader.GetInt16(1), reader.IsDBNull(2) ? null : reader.GetString(2))
            : null;
    }

    /// <summary>
    /// Whether the user is still active and the password still the same; from here on neither can change until the transaction ends,
    /// so that no session begins behind the back of what ends them all.
    /// </summary>
    public static async Task<bool> StillHoldsAsync(
        SignInCandidate candidate, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(transaction.Connection, transaction)
        {
            BatchCommands =
            {
                new NpgsqlBatchCommand(LockUser) { Parameters = { new() { Value = candidate.UserId } } },
                new NpgsqlBatchCommand(Hash) { Parameters = { new() { Value = candidate.UserId } } },
            },
        };
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var active = await reader.ReadAsync(cancellationToken) && (User.Types.State)reader.GetInt16(0) == User.Types.State.Active;
        await reader.NextResultAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) && active && reader.GetString(0) == candidate.PasswordHash;
    }

    /// <summary>Replaces a hash by one of the same password, unless the password was changed meanwhile.</summary>
    public async Task RehashAsync(Guid userId, string oldHash, string newHash, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(Rehash);
        command.Parameters.Add(new() { Value = userId });
        command.Parameters.Add(new() { Value = newHash });
        command.Parameters.Add(new() { Value = oldHash });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
