using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using NUnit.Framework;
using Suite.Payments;
using Suite.Platform.Postgres;

namespace Suite.Tests.Component.Payments;

/// <summary>A fresh database of the Payment service on the server named by <c>SUITE_TEST_POSTGRES</c>.</summary>
internal sealed class PaymentDatabase : IAsyncDisposable
{
    // The columns that a service's statements write; the table of the messaging module has its own besides.
    private const string CreateOutbox =
        """
        CREATE TABLE IF NOT EXISTS outbox (
            id bigint GENERATED ALWAYS AS IDENTITY, event_id uuid NOT NULL, shard smallint NOT NULL, topic text NOT NULL, key text NOT NULL,
            type text NOT NULL, payload bytea NOT NULL, traceparent text, tracestate text, baggage text)
        """;

    private PaymentDatabase(NpgsqlDataSource dataSource) => DataSource = dataSource;

    public NpgsqlDataSource DataSource { get; }

    public static async Task<PaymentDatabase> CreateAsync()
    {
        if (Environment.GetEnvironmentVariable("SUITE_TEST_POSTGRES") is not { Length: > 0 } server)
        {
            throw new IgnoreException("SUITE_TEST_POSTGRES names no PostgreSQL server.");
        }

        var dataSource = PostgresModule.CreateDataSource(server, $"test_payment_{Guid.NewGuid():N}", null);
        await new Migrator(dataSource, [PaymentModule.Migrations], NullLogger<Migrator>.Instance).RunAsync(CancellationToken.None);
        var database = new PaymentDatabase(dataSource);
        await database.ExecuteAsync(CreateOutbox);
        return database;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>The first column of the first row.</summary>
    public async Task<T> ScalarAsync<T>(string sql, params object[] parameters)
    {
        await using var command = DataSource.CreateCommand(sql);
        foreach (var value in parameters)
        {
            command.Parameters.Add(new() { Value = value });
        }

        return (T)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>The first column of every row.</summary>
    public async Task<IReadOnlyList<T>> ColumnAsync<T>(string sql, params object[] parameters)
    {
        await using var command = DataSource.CreateCommand(sql);
        foreach (var value in parameters)
        {
            command.Parameters.Add(new() { Value = value });
        }

        await using var reader = await command.ExecuteReaderAsync();
        var values = new List<T>();
        while (await reader.ReadAsync())
        {
            values.Add(reader.GetFieldValue<T>(0));
        }

        return values;
    }

    public async ValueTask DisposeAsync()
    {
        var settings = new NpgsqlConnectionStringBuilder(Environment.GetEnvironmentVariable("SUITE_TEST_POSTGRES"));
        var name = new NpgsqlConnectionStringBuilder(DataSource.ConnectionString).Database;
        await DataSource.DisposeAsync();
        await using var admin = PostgresModule.CreateAdminDataSource(settings);
        await using var drop = admin.CreateCommand($"DROP DATABASE \"{name}\" WITH (FORCE)");
        await drop.ExecuteNonQueryAsync();
    }
}
