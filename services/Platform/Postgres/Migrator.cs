using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Suite.Platform.Postgres;

/// <summary>
/// Brings a database to the state its migration files describe. Safe when two replicas start at once: one holds an advisory
/// lock and works, the other waits and finds it done. Each file commits by itself with its record, so a crash leaves whole files.
/// </summary>
internal sealed class Migrator(NpgsqlDataSource dataSource, DatabaseServer server, IEnumerable<MigrationSet> sets, ILogger<Migrator> logger)
{
    private const long LockKey = 0x53_75_69_74_65; // "Suite"

    private const string CreateRecord =
        """
        CREATE TABLE IF NOT EXISTS schema_migrations (
            set_name text NOT NULL,
            number int NOT NULL,
            file text NOT NULL,
            checksum bytea NOT NULL,
            apply_time timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (set_name, number))
        """;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await CreateDatabaseAsync(cancellationToken);
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await ExecuteAsync(connection, "SET lock_timeout = 0; SET statement_timeout = 0", cancellationToken);
        await ExecuteAsync(connection, $"SELECT pg_advisory_lock({LockKey})", cancellationToken);
        try
        {
            await ExecuteAsync(connection, CreateRecord, cancellationToken);
            foreach (var set in sets)
            {
                await ApplyAsync(connection, set, cancellationToken);
            }
        }
        finally
        {
            // A connection that was lost took its lock and its settings with it. Asking it once more would hide what went wrong, and that is what
            // tells whether to try again.
            if (connection.FullState == System.Data.ConnectionState.Open)
            {
                await ExecuteAsync(connection, $"SELECT pg_advisory_unlock({LockKey})", CancellationToken.None);
                await ExecuteAsync(connection, "RESET lock_timeout; RESET statement_timeout", CancellationToken.None);
            }
        }
    }

    private async Task ApplyAsync(NpgsqlConnection connection, MigrationSet set, CancellationToken cancellationToken)
    {
        var applied = await AppliedAsync(connection, set.Name, cancellationToken);
        foreach (var migration in set.Read())
        {
            var checksum = SHA256.HashData(Encoding.UTF8.GetBytes(migration.Sql.ReplaceLineEndings("\n")));
            if (applied.TryGetValue(migration.Number, out var known))
            {
                if (!known.AsSpan().SequenceEqual(checksum))
                {
                    throw new InvalidOperationException(
                        $"The migration {set.Name}/{migration.File} was changed after it was applied; add a new file instead.");
                }

                continue;
            }

            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await ExecuteAsync(connection, migration.Sql, cancellationToken);
            await using (var record = new NpgsqlCommand(
                "INSERT INTO schema_migrations (set_name, number, file, checksum) VALUES ($1, $2, $3, $4)", connection))
            {
                record.Parameters.Add(new() { Value = set.Name });
                record.Parameters.Add(new() { Value = migration.Number });
                record.Parameters.Add(new() { Value = migration.File });
                record.Parameters.Add(new() { Value = checksum });
                await record.ExecuteNonQueryAsync(cancellationToken);
            }

            await transaction.CommitAsync(cancellationToken);
            PostgresLog.MigrationApplied(logger, set.Name, migration.File);
        }
    }

    private static async Task<Dictionary<int, byte[]>> AppliedAsync(NpgsqlConnection connection, string set, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT number, checksum FROM schema_migrations WHERE set_name = $1", connection);
        command.Parameters.Add(new() { Value = set });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var applied = new Dictionary<int, byte[]>();
        while (await reader.ReadAsync(cancellationToken))
        {
            applied.Add(reader.GetInt32(0), reader.GetFieldValue<byte[]>(1));
        }

        return applied;
    }

    private async Task CreateDatabaseAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var probe = await dataSource.OpenConnectionAsync(cancellationToken);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InvalidCatalogName)
        {
            await using var admin = PostgresModule.CreateAdminDataSource(server);
            try
            {
                await using var create = admin.CreateCommand($"CREATE DATABASE \"{server.Database.Replace("\"", "\"\"", StringComparison.Ordinal)}\"");
                await create.ExecuteNonQueryAsync(cancellationToken);
                PostgresLog.DatabaseCreated(logger, server.Database);
            }
            catch (PostgresException e2) when (e2.SqlState is PostgresErrorCodes.DuplicateDatabase or PostgresErrorCodes.UniqueViolation)
            {
                // Another replica was faster.
            }
        }
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        // A migration, or the wait for the replica that runs it, takes as long as it takes.
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
