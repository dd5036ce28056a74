using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Suite.Bench.Kafka;
using Suite.Local;
using Suite.Platform.Idempotency;
using Suite.Platform.Messaging;
using Suite.Platform.Postgres;

namespace Suite.Bench.Load;

/// <summary>A service with nothing but messaging: what it publishes it consumes, with a row as the effect.</summary>
internal sealed class DrainHost : IAsyncDisposable
{
    public const int Partitions = 12;

    private const string Topic = "suite.bench.drain";
    private const string Consumer = "bench.drain";
    private const int FillBatch = 5_000;

    private const string CreateEffect = "CREATE TABLE effect (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, key text NOT NULL, body bytea NOT NULL)";

    // As the inbox has it, and nothing else: no broker, no handler, no effect.
    private const string InsertInbox =
        "INSERT INTO inbox (message_id, consumer) SELECT id, 'bench.bare' FROM unnest($1::uuid[]) AS id ORDER BY id ON CONFLICT DO NOTHING";

    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(5);

    private readonly IHost _host;
    private readonly EffectHandler _handler;
    private readonly NpgsqlDataSource _database;
    private readonly IOutbox _outbox;

    private DrainHost(IHost host)
    {
        _host = host;
        _handler = host.Services.GetRequiredService<EffectHandler>();
        _database = host.Services.GetRequiredService<NpgsqlDataSource>();
        _outbox = host.Services.GetRequiredService<IOutbox>();
    }

    public static async Task<DrainHost> StartAsync(LocalSuite stores, CancellationToken cancellationToken)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            [PostgresModule.ConnectionKey] = stores.PostgresConnectionString,
            [MessagingModule.BootstrapKey] = stores.KafkaBootstrapServers,
        });
        builder.Services.AddPostgres(builder.Configuration, "suite_bench");
        builder.Services.AddIdempotency();
        builder.Services.AddMessaging(builder.Configuration, "suite/bench", Topic);
        builder.Services.AddConsumer<EffectHandler>(Consumer, Topic);
        var host = new DrainHost(builder.Build());
        await host._host.StartAsync(cancellationToken);
        await using var command = host._database.CreateCommand(CreateEffect);
        await command.ExecuteNonQueryAsync(cancellationToken);
        return host;
    }

    /// <summary>Commits so many events of 300 bytes at once, each of a key of its own.</summary>
    public async Task FillAsync(int count, CancellationToken cancellationToken)
    {
        var body = new BytesValue { Value = ByteString.CopyFrom(new byte[KafkaPerf.RecordBytes]) };
        await using var connection = await _database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        for (var first = 0; first < count; first += FillBatch)
        {
            var events = Enumerable.Range(first, Math.Min(FillBatch, count - first)).Select(_ => new OutgoingEvent(Topic, Guid.NewGuid().ToString(), body));
            await _outbox.AppendAsync(transaction, [.. events], cancellationToken);
        }

        _handler.Expect(count);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Waits until all that was filled in has taken effect.</summary>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        _outbox.Wake();
        try
        {
            await _handler.Done.WaitAsync(s_limit, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw new SuiteLocalException($"The outbox was not drained within {s_limit.TotalSeconds:0} s; {_handler.Left} messages have had no effect.");
        }
    }

    /// <summary>Inserts so many new ids, and commits them.</summary>
    public async Task InsertBareAsync(int count, CancellationToken cancellationToken)
    {
        await using var command = _database.CreateCommand(InsertInbox);
        command.Parameters.Add(new() { Value = Enumerable.Range(0, count).Select(_ => Guid.CreateVersion7()).ToArray() });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }

    private sealed class EffectHandler : IMessageHandler
    {
        private const string Insert = "INSERT INTO effect (key, body) SELECT * FROM unnest($1::text[], $2::bytea[])";

        private TaskCompletionSource _done = new();
        private int _left;

        public Task Done => _done.Task;

        public int Left => Volatile.Read(ref _left);

        public void Expect(int count)
        {
            _done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Volatile.Write(ref _left, count);
        }

        public async Task HandleAsync(IReadOnlyList<IncomingMessage> messages, NpgsqlTransaction transaction, CancellationToken cancellationToken)
        {
            await using var command = new NpgsqlCommand(Insert, transaction.Connection, transaction);
            command.Parameters.Add(new() { Value = messages.Select(m => m.Key).ToArray() });
            command.Parameters.Add(new() { Value = messages.Select(m => m.Read(BytesValue.Parser).Value.ToByteArray()).ToArray() });
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        public void Committed(IReadOnlyList<IncomingMessage> messages)
        {
            if (Interlocked.Add(ref _left, -messages.Count) == 0)
            {
                _done.TrySetResult();
            }
        }
    }
}
