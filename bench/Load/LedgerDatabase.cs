using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Suite.Local.Postgres;
using Suite.Payments;
using Suite.Platform.Messaging;
using Suite.Platform.Postgres;

namespace Suite.Bench.Load;

/// <summary>A database with the tables of Payment on a server of its own, as two replicas would use it: a data source each.</summary>
internal sealed class LedgerDatabase : IAsyncDisposable
{
    private const string Database = "suite_payment";
    private const int SeedChunk = 50_000;

    /// <summary>The same tables and indexes, and nothing that checks, sums or links: what the rows alone cost.</summary>
    private const string MakeBare =
        """
        CREATE SCHEMA bare;
        CREATE TABLE bare.ledger_transactions (LIKE public.ledger_transactions INCLUDING ALL);
        CREATE TABLE bare.ledger_entries (LIKE public.ledger_entries INCLUDING ALL);
        ALTER TABLE bare.ledger_transactions RENAME CONSTRAINT ledger_transactions_key_key TO ledger_step_posts_once
        """;

    // Sales to as many customers as there are fifths of transactions, a shop's busy account among them.
    private const string Seed =
        """
        WITH seeded AS (
            INSERT INTO ledger_transactions (id, key, template, source, effective_time)
            SELECT gen_random_uuid(), 'seed/' || n, 'manual', '', now() FROM generate_series($1::bigint, $2::bigint) n
            RETURNING id, substr(key, 6)::bigint AS n, sequence, effective_time, record_time
        )
        INSERT INTO ledger_entries
            (transaction_id, line, account, pending, currency, debit_minor, credit_minor, sequence, effective_time, record_time)
        SELECT s.id, line, CASE line WHEN 1 THEN 'customers/' || md5((s.n % $3)::text)::uuid || '/receivable' ELSE 'shop/sales' END, false,
            CASE WHEN s.n % 10 = 0 THEN 'JPY' ELSE 'EUR' END, CASE line WHEN 1 THEN 1 + s.n % 9999 ELSE 0 END, CASE line WHEN 2 THEN 1 + s.n % 9999 ELSE 0 END,
            s.sequence, s.effective_time, s.record_time
        FROM seeded s CROSS JOIN generate_series(1, 2) line
        """;

    private readonly PostgresServer _server;

    private LedgerDatabase(PostgresServer server, NpgsqlDataSource[] replicas, NpgsqlDataSource bare) =>
        (_server, Replicas, Bare) = (server, replicas, bare);

    /// <summary>The data sources of two replicas.</summary>
    public NpgsqlDataSource[] Replicas { get; }

    /// <summary>Writes into the bare tables.</summary>
    public NpgsqlDataSource Bare { get; }

    public static async Task<LedgerDatabase> StartAsync(string folder, CancellationToken cancellationToken)
    {
        var postgres = await PostgresServer.StartAsync(folder, cancellationToken: cancellationToken);
        var server = new DatabaseServer(postgres.ConnectionString, Database);
        var replicas = new[] { Open(postgres), Open(postgres) };
        var messaging = new MigrationSet("messaging", typeof(MessagingModule).Assembly, "Suite.Platform.Messaging.Migrations");
        await new Migrator(replicas[0], server, [messaging, PaymentModule.Migrations], NullLogger<Migrator>.Instance).RunAsync(cancellationToken);
        await using (var command = replicas[0].CreateCommand(MakeBare))
        {
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        return new LedgerDatabase(postgres, replicas, Open(postgres, "bare"));
    }

    /// <summary>Fills the ledger with <paramref name="entries"/> entries by set-based statements; every check is on.</summary>
    public async Task SeedAsync(int entries, CancellationToken cancellationToken)
    {
        var transactions = entries / 2;
        for (var first = 1; first <= transactions; first += SeedChunk)
        {
            await using var command = Replicas[0].CreateCommand(Seed);
            command.CommandTimeout = 300;
            command.Parameters.Add(new() { Value = (long)first });
            command.Parameters.Add(new() { Value = (long)Math.Min(first + SeedChunk - 1, transactions) });
            command.Parameters.Add(new() { Value = (long)Math.Max(transactions / 5, 1) });
            await command.ExecuteNonQueryAsync(cancellationToken);
            Progress.Say($"Ledger: {2L * Math.Min(first + SeedChunk - 1, transactions)} of {entries} entries");
        }

        await using var analyze = Replicas[0].CreateCommand("VACUUM ANALYZE ledger_balances; ");
        await analyze.ExecuteNonQueryAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var replica in Replicas)
        {
            await replica.DisposeAsync();
        }

        await Bare.DisposeAsync();
        await _server.DisposeAsync();
    }

    private static NpgsqlDataSource Open(PostgresServer server, string? schema = null)
    {
        var settings = new NpgsqlConnectionStringBuilder(server.ConnectionString) { MaxPoolSize = 16 };
        settings.Options = $"-c statement_timeout=300s -c TimeZone=UTC{(schema is null ? "" : $" -c search_path={schema}")}";
        return PostgresModule.CreateDataSource(settings.ConnectionString, Database, null);
    }
}
