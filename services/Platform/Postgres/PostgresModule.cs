using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Suite.Platform.Faults;
using Suite.Platform.Telemetry;

namespace Suite.Platform.Postgres;

/// <summary>Gives a service its database: a data source, its migrations, and a health check that really asks.</summary>
public static class PostgresModule
{
    /// <summary>The configuration key of the connection string; its database is replaced by the service's own.</summary>
    public const string ConnectionKey = "SUITE_POSTGRES";

    /// <summary>
    /// Adds <see cref="NpgsqlDataSource"/> for the database <paramref name="database"/> of the server in <c>SUITE_POSTGRES</c>.
    /// The database is created when it is missing.
    /// </summary>
    public static IServiceCollection AddPostgres(this IServiceCollection services, IConfiguration configuration, string database, params MigrationSet[] sets)
    {
        var connectionString = configuration[ConnectionKey];
        if (string.IsNullOrWhiteSpace(connectionString))
        {
            throw new InvalidOperationException(
                $"{ConnectionKey} is not set: give the PostgreSQL server as a connection string such as \"Host=127.0.0.1;Username=suite\".");
        }

        services.AddSingleton(provider => CreateDataSource(
            provider.GetService<StoreLinks>()?.Postgres(connectionString) ?? connectionString, database, provider.GetService<ILoggerFactory>()));
        services.AddSingleton(new DatabaseServer(connectionString, database));
        services.AddSingleton<Migrator>();
        // First, so that every other hosted service finds its tables.
        services.Insert(0, ServiceDescriptor.Singleton<IHostedService, DatabaseStartup>());
        services.AddMigrations(sets);
        services.TryAddSingleton(TimeProvider.System);
        // One for all who ask: it knows whether a question is open.
        services.AddSingleton<PostgresHealthCheck>();
        services.AddHealthChecks().AddCheck<PostgresHealthCheck>("postgres", HealthStatus.Unhealthy, ["ready"], TimeSpan.FromSeconds(3));
        return services;
    }

    /// <summary>Adds migration sets; they are applied at start in the order of their addition.</summary>
    public static IServiceCollection AddMigrations(this IServiceCollection services, params MigrationSet[] sets)
    {
        foreach (var set in sets)
        {
            services.AddSingleton(set);
        }

        return services;
    }

    internal static NpgsqlDataSource CreateDataSource(string connectionString, string database, ILoggerFactory? loggers)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString)
        {
            Database = database,
            ApplicationName = database,
        };
        // Three services fit the 100 connections of a server with default settings. (ContainsKey answers for every known key.)
        if (!settings.ShouldSerialize("Maximum Pool Size"))
        {
            settings.MaxPoolSize = 30;
        }

        if (!settings.ShouldSerialize("Max Auto Prepare"))
        {
            settings.MaxAutoPrepare = 100;
            settings.AutoPrepareMinUsages = 2;
        }

        // A server that takes connections and does not answer is given up within the deadline of the call that asks. Telling it to cancel a
        // statement, for which Npgsql blocks a thread, takes no longer either.
        if (!settings.ShouldSerialize("Timeout"))
        {
            settings.Timeout = 5;
        }

        // A statement never waits for a lock, nor runs, without an end: a store that hangs must not hang its callers.
        settings.Options ??= "-c lock_timeout=5s -c statement_timeout=30s -c idle_in_transaction_session_timeout=60s -c TimeZone=UTC";
        var builder = new NpgsqlDataSourceBuilder(settings.ConnectionString);
        builder.UseLoggerFactory(loggers);
        // Only as a part of a trace that is recorded: a loop that looks for work every second is not worth a trace a second.
        builder.ConfigureTracing(tracing => tracing
            .ConfigureCommandFilter(_ => SuiteTelemetry.IsRecorded)
            .ConfigureBatchFilter(_ => SuiteTelemetry.IsRecorded)
            .ConfigureCommandSpanNameProvider(command => StatementNames.Of(command.CommandText))
            .ConfigureBatchSpanNameProvider(batch => StatementNames.Of(batch.BatchCommands[0].CommandText))
            .EnableFirstResponseEvent(enable: false)
            .EnablePhysicalOpenTracing(enable: false));
        return builder.Build();
    }

    /// <summary>A data source for the server's database <c>postgres</c>, from where the service's own can be created.</summary>
    internal static NpgsqlDataSource CreateAdminDataSource(DatabaseServer server)
    {
        var admin = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = "postgres", Pooling = false };
        return NpgsqlDataSource.Create(admin.ConnectionString);
    }
}
