using Npgsql;

namespace Suite.Platform.Locking;

/// <summary>The guarded store's side of a lock: the tokens it has seen, in the same database as what the lock guards.</summary>
public static class Fences
{
    private const string Select = "SELECT token FROM fences WHERE name = $1";

    private const string Raise =
        """
        INSERT INTO fences (name, token) VALUES ($1, $2)
        ON CONFLICT (name) DO UPDATE SET token = greatest(fences.token, excluded.token)
        RETURNING token
        """;

    private const string Share = "SELECT token FROM fences WHERE name = $1 FOR SHARE";

    /// <summary>
    /// Lets the transaction go on only if no later holder of the lock has passed here, and keeps later ones from passing until it ends.
    /// Transactions of one holder do not wait for each other.
    /// </summary>
    /// <exception cref="FencingException">A later holder has passed.</exception>
    public static async Task PassAsync(NpgsqlTransaction transaction, string name, long fencingToken, CancellationToken cancellationToken)
    {
        var seen = await ReadAsync(Select, cancellationToken, name);
        if (seen is null || seen < fencingToken)
        {
            // The first one of this holder: it waits for what the holder before still has open.
            seen = await ReadAsync(Raise, cancellationToken, name, fencingToken);
        }
        else if (seen == fencingToken)
        {
            seen = await ReadAsync(Share, cancellationToken, name);
        }

        if (seen != fencingToken)
        {
            throw new FencingException(name);
        }

        async Task<long?> ReadAsync(string sql, CancellationToken token, params object[] values)
        {
            await using var command = new NpgsqlCommand(sql, transaction.Connection, transaction);
            foreach (var value in values)
            {
                command.Parameters.Add(new() { Value = value });
            }

            return (long?)await command.ExecuteScalarAsync(token);
        }
    }
}
