using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging.Abstractions;
using Suite.Contracts.Ops.V1;
using Suite.Local.Kafka;
using Suite.Local.Ports;
using Suite.Local.Postgres;
using Suite.Platform.Faults;
using Suite.Platform.Messaging;
using Suite.Platform.Postgres;

namespace Suite.Tests.Component.Messaging;

/// <summary>What others got wrong, by name, and stores that go away.</summary>
internal sealed class FaultTests
{
    private string _topic = string.Empty;
    private string _database = string.Empty;

    [SetUp]
    public void SetUp()
    {
        _topic = MessagingHost.NewName("topic");
        _database = MessagingHost.NewName("messaging");
    }

    [Test]
    public async Task Writing_to_the_outbox_after_the_transaction_fails_loudly()
    {
        await using var host = await MessagingHost.StartAsync(Mock(), _database, _topic);
        await using var connection = await host.Database.OpenConnectionAsync();
        var transaction = await connection.BeginTransactionAsync();
        await transaction.CommitAsync();
        Assert.That(() => host.AppendAsync(transaction, _topic, "a", 1), Throws.InvalidOperationException);
        Assert.That(await host.ScalarAsync<long>("SELECT count(*) FROM outbox"), Is.Zero);
    }

    [Test]
    public async Task While_the_broker_is_away_nothing_is_locked_and_the_next_attempt_stands_in_the_row()
    {
        await using var host = await MessagingHost.StartAsync($"127.0.0.1:{FreePorts.Next()}", _database, _topic);
        await host.PublishAsync(_topic, "a", 1);
        await Eventually.That(
            async () =>
            {
                var held = await host.ScalarAsync<long>(
                    $"SELECT count(*) FROM pg_stat_activity WHERE datname = '{_database}' AND state LIKE 'idle in transaction%' AND now() - state_change > interval '300 ms'");
                Assert.That(held, Is.Zero, "a transaction is held during a send");
                return await host.ScalarAsync<long>("SELECT count(*) FROM outbox_shard WHERE attempts > 0 AND next_attempt_time > '-infinity'");
            },
            Is.EqualTo(1));
        Assert.That(await host.ScalarAsync<long>("SELECT count(*) FROM outbox_shard WHERE attempts > 0 AND seen::text <> '3:3:'"), Is.Zero, "the cursor must not pass what was not sent");
    }

    [Test]
    public async Task A_producer_that_answers_no_more_is_replaced()
    {
        var board = new AskedBoard();
        await using var host = await MessagingHost.StartAsync(Mock(), _database, _topic, "test.numbers", more: services => board.AddTo(services, TimeSpan.FromSeconds(2)));
        await host.PublishAsync(_topic, "a", 1);
        await Eventually.That(() => host.EffectsAsync("a"), Is.EqualTo(new[] { 1 }));

        // What is sent now is answered in an hour; what is sent later, at once.
        await board.HoldBackAsync(() => host.PublishAsync(_topic, "a", 2));
        await host.PublishAsync(_topic, "a", 3);

        await Eventually.That(() => host.EffectsAsync("a"), Is.EqualTo(new[] { 1, 2, 3 }), seconds: 30);
    }

    [Test]
    public async Task A_producer_that_answers_no_more_is_replaced_also_while_shards_are_given_away()
    {
        if (SharedServers.KafkaHome is not { } home)
        {
            Assert.Ignore("Apache Kafka is not here: set KAFKA_HOME.");
            return;
        }

        var (folder, port) = (Servers.NewFolder(), FreePorts.Next());
        var broker = await KafkaBroker.StartRealAsync(home, folder, port);
        var board = new AskedBoard();
        await using var host = await MessagingHost.StartAsync(
            broker.BootstrapServers, _database, _topic, "test.numbers", more: services => board.AddTo(services, TimeSpan.FromSeconds(12)));
        await host.PublishAsync(_topic, "a", 1);
        await Eventually.That(() => host.EffectsAsync("a"), Is.EqualTo(new[] { 1 }), seconds: 60);

        await board.HoldBackAsync(() => host.PublishAsync(_topic, "a", 2));
        // Without a broker nothing more is read, so that this message is all that is waited for. Half of the shards are to go to the other.
        await broker.KillAsync();
        await using var other = await MessagingHost.StartAsync(broker.BootstrapServers, _database, MessagingHost.NewName("none"));
        await Eventually.That(() => host.ScalarAsync<long>("SELECT count(*) FROM outbox_relay"), Is.EqualTo(2));
        await using var back = await KafkaBroker.StartRealAsync(home, folder, port);

        await Eventually.That(() => host.EffectsAsync("a"), Is.EqualTo(new[] { 1, 2 }), seconds: 60);
    }

    [Test]
    public async Task A_broker_that_comes_back_empty_is_filled_again_and_nothing_counts_twice()
    {
        await using (var first = KafkaBroker.StartMock(2, [_topic, _topic + ".dlq"]))
        await using (var host = await MessagingHost.StartAsync(first.BootstrapServers, _database, _topic, "test.numbers"))
        {
            await host.PublishAsync(_topic, "a", 1, 2, 3);
            await Eventually.That(() => host.EffectsAsync("a"), Is.EqualTo(new[] { 1, 2, 3 }));
        }

        await using var second = KafkaBroker.StartMock(2, [_topic, _topic + ".dlq"]);
        await using var again = await MessagingHost.StartAsync(second.BootstrapServers, _database, _topic, "test.numbers");
        await using var newcomer = await MessagingHost.StartAsync(
            second.BootstrapServers, MessagingHost.NewName("messaging"), MessagingHost.NewName("none"), null, null,
            services => services.AddConsumer<RecordingHandler>("test.newcomer", _topic));
        await Eventually.That(() => newcomer.EffectsAsync("a"), Is.EqualTo(new[] { 1, 2, 3 }));
        await again.PublishAsync(_topic, "a", 4);
        await Eventually.That(() => again.EffectsAsync("a"), Is.EqualTo(new[] { 1, 2, 3, 4 }));
    }

    [Test]
    public async Task A_broker_that_is_wiped_under_running_services_is_filled_again()
    {
        if (SharedServers.KafkaHome is not { } home)
        {
            Assert.Ignore("Apache Kafka is not here: set KAFKA_HOME.");
            return;
        }

        var folder = Servers.NewFolder();
        var port = FreePorts.Next();
        var broker = await KafkaBroker.StartRealAsync(home, Path.Combine(folder, "one"), port);
        await using var host = await MessagingHost.StartAsync(broker.BootstrapServers, _database, _topic, "test.numbers");
        await host.PublishAsync(_topic, "a", 1, 2, 3);
        await Eventually.That(() => host.EffectsAsync("a"), Is.EqualTo(new[] { 1, 2, 3 }));
        await Eventually.That(() => host.ScalarAsync<long>("SELECT count(*) FROM outbox_offset"), Is.GreaterThan(0));

        await broker.KillAsync();
        await using var wiped = await KafkaBroker.StartRealAsync(home, Path.Combine(folder, "two"), port);
        await host.PublishAsync(_topic, "a", 4);
        await Eventually.That(() => host.EffectsAsync("a"), Is.EqualTo(new[] { 1, 2, 3, 4 }), seconds: 60);
        await using var newcomer = await MessagingHost.StartAsync(
            wiped.BootstrapServers, MessagingHost.NewName("messaging"), MessagingHost.NewName("none"), null, null,
            services => services.AddConsumer<RecordingHandler>("test.newcomer", _topic));
        await Eventually.That(() => newcomer.EffectsAsync("a"), Is.EqualTo(new[] { 1, 2, 3, 4 }), seconds: 60);
    }

    [Test]
    public async Task A_database_that_is_killed_makes_consumers_wait_and_skips_nothing()
    {
        var folder = Servers.NewFolder();
        var postgres = await PostgresServer.StartAsync(folder);
        var kafka = Mock();
        await using var writer = await MessagingHost.StartAsync(kafka, MessagingHost.NewName("writer"), _topic);
        var host = await MessagingHost.StartAsync(kafka, _database, MessagingHost.NewName("none"), null, postgres.ConnectionString, Reads);
        await writer.PublishAsync(_topic, "a", 1);
        await Eventually.That(() => host.EffectsAsync("a"), Is.EqualTo(new[] { 1 }));

        await postgres.KillAsync();
        await writer.PublishAsync(_topic, "a", 2, 3);
        await writer.PublishAsync(_topic, "b", 4);
        await Eventually.That(() => writer.ScalarAsync<long>("SELECT sum(last_offset + 1)::bigint FROM outbox_offset"), Is.EqualTo(4));

        await using var back = await PostgresServer.StartAsync(folder, postgres.Port);
        await Eventually.That(() => host.EffectsAsync("a"), Is.EqualTo(new[] { 1, 2, 3 }));
        await Eventually.That(() => host.EffectsAsync("b"), Is.EqualTo(new[] { 4 }));
        await host.DisposeAsync();

        void Reads(IServiceCollection services) => services.AddConsumer<RecordingHandler>("test.numbers", _topic);
    }

    [Test]
    public async Task A_partition_that_left_while_it_was_paused_flows_when_it_is_back()
    {
        var folder = Servers.NewFolder();
        var postgres = await PostgresServer.StartAsync(folder);
        var kafka = Mock();
        var keys = Enumerable.Range(0, 12).Select(i => $"key-{i}").ToArray();
        await using var writer = await MessagingHost.StartAsync(kafka, MessagingHost.NewName("writer"), _topic);
        await using var host = await MessagingHost.StartAsync(kafka, _database, MessagingHost.NewName("none"), null, postgres.ConnectionString, Reads);
        await PublishAsync(1);
        await HasAsync(1);

        await postgres.KillAsync();
        await PublishAsync(2);
        var guest = await MessagingHost.StartAsync(kafka, MessagingHost.NewName("guest"), MessagingHost.NewName("none"), null, null, Reads);
        await Eventually.That(() => Task.FromResult(guest.Handler.Seen.Count), Is.GreaterThan(0));
        await using var back = await PostgresServer.StartAsync(folder, postgres.Port);
        await Eventually.That(() => host.ScalarAsync<long>("SELECT count(*) FROM effect WHERE number = 2"), Is.GreaterThan(0));

        await guest.DisposeAsync();
        await PublishAsync(3);
        await HasAsync(3);

        void Reads(IServiceCollection services) => services.AddConsumer<RecordingHandler>("test.numbers", _topic);

        Task PublishAsync(int number) => Task.WhenAll(keys.Select(key => writer.PublishAsync(_topic, key, number)));

        async Task HasAsync(int number)
        {
            foreach (var key in keys)
            {
                await Eventually.That(async () => (await host.EffectsAsync(key)).LastOrDefault(), Is.EqualTo(number));
            }
        }
    }

    [Test]
    public async Task A_relay_that_waits_for_its_broker_does_not_turn_in_circles()
    {
        var time = new CountingTime();
        await using var host = await StartAndLoseBrokerAsync();
        var before = time.Asked;
        await Task.Delay(TimeSpan.FromSeconds(2));
        Assert.That(time.Asked - before, Is.LessThan(5000), "what is due and can not be done now wakes the relay again and again");

        async Task<MessagingHost> StartAndLoseBrokerAsync()
        {
            await using var broker = KafkaBroker.StartMock(2, [_topic, _topic + ".dlq"]);
            var started = await MessagingHost.StartAsync(
                broker.BootstrapServers, _database, _topic, null, null, services => services.AddSingleton<TimeProvider>(time));
            await started.PublishAsync(_topic, "a", 1);
            await Eventually.That(() => started.ScalarAsync<long>("SELECT count(*) FROM outbox_offset"), Is.GreaterThan(0));
            return started;
        }
    }

    [Test]
    public async Task Old_days_are_dropped_whole_but_never_with_rows_that_were_not_sent()
    {
        await using var host = await MessagingHost.StartAsync($"127.0.0.1:{FreePorts.Next()}", _database, _topic);
        await host.PublishAsync(_topic, "a", 1);
        var today = await host.ScalarAsync<string>("SELECT tableoid::regclass::text FROM outbox");
        var options = host.Services.GetRequiredService<MessagingOptions>();
        using var keeper = new PartitionKeeper(
            host.Database, options, new InboxRange(), new LaterTime(TimeSpan.FromDays(4)), NullLogger<PartitionKeeper>.Instance);

        await keeper.KeepAsync(CancellationToken.None);
        Assert.That(await host.ScalarAsync<long>("SELECT count(*) FROM outbox"), Is.EqualTo(1), "not sent yet");

        await host.ExecuteAsync("UPDATE outbox_shard SET seen = pg_current_snapshot()");
        await keeper.KeepAsync(CancellationToken.None);
        Assert.That(await host.ScalarAsync<bool>($"SELECT to_regclass('{today}') IS NULL"), Is.True);
    }

    [Test]
    public async Task Two_replicas_that_start_at_once_make_one_database()
    {
        var kafka = Mock();
        var hosts = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => MessagingHost.StartAsync(kafka, _database, _topic)));
        Assert.That(await hosts[0].ScalarAsync<long>("SELECT count(*) - count(DISTINCT number) FROM schema_migrations WHERE set_name = 'messaging'"), Is.Zero);
        foreach (var host in hosts)
        {
            await host.DisposeAsync();
        }
    }

    private string Mock()
    {
        Servers.MockKafka.CreateTopic(_topic, 4);
        Servers.MockKafka.CreateTopic(_topic + ".dlq", 4);
        return Servers.MockKafka.BootstrapServers;
    }

    /// <summary>Faults that tell when somebody begins to wait for one, in a host that is impatient with a producer.</summary>
    private sealed class AskedBoard
    {
        private readonly AskedTime _time = new();
        private readonly FaultBoard _board;

        public AskedBoard() => _board = new FaultBoard(_time);

        public void AddTo(IServiceCollection services, TimeSpan silence)
        {
            services.AddSingleton(_board);
            var options = (MessagingOptions)services.Single(s => s.ServiceType == typeof(MessagingOptions)).ImplementationInstance!;
            services.Replace(ServiceDescriptor.Singleton(new MessagingOptions
            {
                Source = options.Source,
                Topics = options.Topics,
                Bootstrap = options.Bootstrap,
                ClientSettings = options.ClientSettings,
                Partitions = options.Partitions,
                Silence = silence,
            }));
        }

        /// <summary>Has what is sent be answered in an hour.</summary>
        public async Task HoldBackAsync(Func<Task> sendAsync)
        {
            _board.Set(new Fault { Target = Fault.Types.Target.Kafka, Kind = Fault.Types.Kind.Latency, Latency = Duration.FromTimeSpan(TimeSpan.FromHours(1)) });
            await sendAsync();
            await _time.Asked.WaitAsync(TimeSpan.FromSeconds(60));
            _board.Clear(Fault.Types.Target.Kafka);
        }
    }

    /// <summary>Tells when somebody begins to wait.</summary>
    private sealed class AskedTime : TimeProvider
    {
        private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Asked => _asked.Task;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _asked.TrySetResult();
            return base.CreateTimer(callback, state, dueTime, period);
        }
    }

    private sealed class CountingTime : TimeProvider
    {
        private long _asked;

        /// <summary>How often somebody looked at the clock by which waits are measured.</summary>
        public long Asked => Interlocked.Read(ref _asked);

        public override long GetTimestamp()
        {
            Interlocked.Increment(ref _asked);
            return base.GetTimestamp();
        }
    }

    private sealed class LaterTime(TimeSpan later) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + later;
    }
}
