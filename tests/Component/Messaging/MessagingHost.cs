using System.Collections.Concurrent;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Suite.Contracts.Ops.V1;
using Suite.Platform.Idempotency;
using Suite.Platform.Messaging;
using Suite.Platform.Messaging.Inbox;
using Suite.Platform.Postgres;

namespace Suite.Tests.Component.Messaging;

/// <summary>A small service with nothing but messaging: it publishes numbers and records what it consumed.</summary>
internal sealed class MessagingHost : IAsyncDisposable
{
    private readonly IHost _host;

    private MessagingHost(IHost host) => _host = host;

    public NpgsqlDataSource Database => _host.Services.GetRequiredService<NpgsqlDataSource>();

    public IOutbox Outbox => _host.Services.GetRequiredService<IOutbox>();

    public RecordingHandler Handler => _host.Services.GetRequiredService<RecordingHandler>();

    public IServiceProvider Services => _host.Services;

    public static async Task<MessagingHost> StartAsync(
        string kafka, string database, string topic, string? consumer = null, string? postgres = null, Action<IServiceCollection>? more = null)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["SUITE_POSTGRES"] = (postgres ?? Servers.Postgres.ConnectionString) + ";Maximum Pool Size=10",
            ["SUITE_KAFKA"] = kafka,
            ["SUITE_KAFKA_PARTITIONS"] = "4",
            // The broker built into librdkafka looks again only after this time.
            ["SUITE_KAFKA_OPTIONS"] = "fetch.wait.max.ms=20",
        });
        builder.Logging.AddProvider(new TestLog());
        builder.Logging.AddFilter("Npgsql", LogLevel.Warning);
        builder.Services.AddPostgres(builder.Configuration, database);
        builder.Services.AddIdempotency();
        builder.Services.AddMessaging(builder.Configuration, "suite/test", topic);
        builder.Services.AddSingleton<RecordingHandler>();
        if (consumer is not null)
        {
            builder.Services.AddConsumer<RecordingHandler>(consumer, topic);
        }

        more?.Invoke(builder.Services);
        var host = builder.Build();
        await host.StartAsync();
        var started = new MessagingHost(host);
        // Two hosts may come at once, and IF NOT EXISTS is no lock.
        await started.ExecuteAsync(
            """
            BEGIN;
            SELECT pg_advisory_xact_lock(77);
            CREATE TABLE IF NOT EXISTS effect (id bigint GENERATED ALWAYS AS IDENTITY, key text NOT NULL, number int NOT NULL);
            COMMIT
            """);
        return started;
    }

    public static string NewName(string prefix) => $"{prefix}_{Guid.NewGuid():N}"[..(prefix.Length + 9)];

    /// <summary>Commits one event a number, each in a transaction of its own.</summary>
    public async Task PublishAsync(string topic, string key, params int[] numbers)
    {
        foreach (var number in numbers)
        {
            await Database.InTransactionAsync((t, token) => AppendAsync(t, topic, key, number), CancellationToken.None);
            Outbox.Wake();
        }
    }

    public Task AppendAsync(NpgsqlTransaction transaction, string topic, string key, int number) =>
        Outbox.AppendAsync(transaction, [new OutgoingEvent(topic, key, new Int32Value { Value = number })], CancellationToken.None);

    /// <summary>The numbers that took effect for a key, in order.</summary>
    public async Task<int[]> EffectsAsync(string key)
    {
        await using var command = Database.CreateCommand("SELECT coalesce(array_agg(number ORDER BY id), '{}') FROM effect WHERE key = $1");
        command.Parameters.Add(new() { Value = key });
        return (int[])(await command.ExecuteScalarAsync())!;
    }

    /// <summary>Waits until numbers took effect for a key, in order; when they do not, the failure says where everything is.</summary>
    public async Task TookEffectAsync(string key, IEnumerable<int> numbers)
    {
        var deadline = DateTime.UtcNow.AddSeconds(90);
        while (!(await EffectsAsync(key)).SequenceEqual(numbers) && DateTime.UtcNow < deadline)
        {
            await Task.Delay(20);
        }

        var effects = await EffectsAsync(key);
        Assert.That(effects, Is.EqualTo(numbers), effects.SequenceEqual(numbers) ? string.Empty : await WhereaboutsAsync(key));
    }

    /// <summary>Asks for another attempt at parked messages, and says how many will be attempted.</summary>
    public Task<int> ReplayAsync(ReplayDeadLettersRequest request) => Database.InTransactionAsync(
        (transaction, token) => ParkingLot.MarkAsync(request, Guid.NewGuid(), transaction, token), CancellationToken.None);

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>What the outbox, the inbox and the parking lot hold of a key.</summary>
    private async Task<string> WhereaboutsAsync(string key)
    {
        await using var command = Database.CreateCommand(
            """
            SELECT 'outbox ' || o.id || ' shard ' || o.shard || ' xid ' || o.xid || ' payload ' || encode(o.payload, 'hex')
                || CASE WHEN EXISTS (SELECT FROM inbox i WHERE i.message_id = o.event_id) THEN ' in the inbox' ELSE ' not in the inbox' END
            FROM outbox o WHERE o.key = $1
            UNION ALL SELECT 'shard ' || s FROM outbox_shard s WHERE shard IN (SELECT shard FROM outbox WHERE key = $1)
            UNION ALL SELECT 'offset ' || f FROM outbox_offset f
            UNION ALL SELECT 'parked ' || kind || ' ' || reason FROM dead_letter WHERE key = $1
            """);
        command.Parameters.Add(new() { Value = key });
        await using var reader = await command.ExecuteReaderAsync();
        var lines = new List<string>();
        while (await reader.ReadAsync())
        {
            lines.Add(reader.GetString(0));
        }

        return string.Join('\n', lines);
    }

    public Task StopAsync() => _host.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }

    private sealed class TestLog : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            NUnit.Framework.TestContext.Progress.WriteLine($"{DateTime.UtcNow:HH:mm:ss.fff} {logLevel} {formatter(state, exception)} {exception?.Message}");

        public void Dispose()
        {
        }
    }
}

/// <summary>Writes each number to the table <c>effect</c>, and fails for the keys it is told to.</summary>
internal sealed class RecordingHandler : IMessageHandler
{
    private const string Insert = "INSERT INTO effect (key, number) SELECT * FROM unnest($1::text[], $2::int[])";

    /// <summary>Numbers that can never be applied while they stand here.</summary>
    public ConcurrentDictionary<int, Exception> Poison { get; } = new();

    public ConcurrentQueue<IncomingMessage> Seen { get; } = new();

    public async Task HandleAsync(IReadOnlyList<IncomingMessage> messages, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var numbers = messages.Select(m => m.Read(Int32Value.Parser).Value).ToArray();
        foreach (var number in numbers)
        {
            if (Poison.TryGetValue(number, out var cause))
            {
                throw cause;
            }
        }

        await using var command = new NpgsqlCommand(Insert, transaction.Connection, transaction);
        command.Parameters.Add(new() { Value = messages.Select(m => m.Key).ToArray() });
        command.Parameters.Add(new() { Value = numbers });
        await command.ExecuteNonQueryAsync(cancellationToken);
        foreach (var message in messages)
        {
            Seen.Enqueue(message);
        }
    }
}
