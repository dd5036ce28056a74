using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Suite.Payments;
using Suite.Platform.Idempotency;
using Suite.Platform.Messaging;
using Suite.Platform.Postgres;

namespace Suite.Tests.Component.Payments;

/// <summary>A fresh database of the Payment service, with the tables of its messaging.</summary>
internal sealed class PaymentDatabase : IAsyncDisposable
{
    private PaymentDatabase(NpgsqlDataSource dataSource) => DataSource = dataSource;

    public NpgsqlDataSource DataSource { get; }

    public static async Task<PaymentDatabase> CreateAsync()
    {
        var server = new DatabaseServer(Servers.Postgres.ConnectionString, $"test_payment_{Guid.NewGuid():N}");
        // Fifty writers at once wait for each other's connections, longer than a service would on a machine that is busy with other tests.
        var dataSource = PostgresModule.CreateDataSource(server.ConnectionString + ";Timeout=60", server.Database, null);
        var messaging = new MigrationSet("messaging", typeof(MessagingModule).Assembly, "Suite.Platform.Messaging.Migrations");
        var idempotency = new MigrationSet("idempotency", typeof(IdempotencyModule).Assembly, "Suite.Platform.Idempotency.Migrations");
        var migrator = new Migrator(dataSource, server, [idempotency, messaging, PaymentModule.Migrations], NullLogger<Migrator>.Instance);
        await migrator.RunAsync(CancellationToken.None);
        var options = new MessagingOptions
        {
            Source = "suite/payment",
            Topics = [],
            Bootstrap = string.Empty,
            ClientSettings = new Dictionary<string, string>(),
        };
        using var partitions = new PartitionKeeper(
            dataSource, options, new InboxRange(), TimeProvider.System, NullLogger<PartitionKeeper>.Instance);
        await partitions.KeepAsync(CancellationToken.None);
        return new PaymentDatabase(dataSource);
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
        var name = new NpgsqlConnectionStringBuilder(DataSource.ConnectionString).Database;
        await DataSource.DisposeAsync();
        await using var admin = PostgresModule.CreateAdminDataSource(new DatabaseServer(Servers.Postgres.ConnectionString, "postgres"));
        await using var drop = admin.CreateCommand($"DROP DATABASE \"{name}\" WITH (FORCE)");
        await drop.ExecuteNonQueryAsync();
    }
}
