using System.Text;
using Confluent.Kafka;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Suite.Contracts.Ops.V1;
using Suite.Platform.Messaging;
using Suite.Platform.Messaging.Inbox;
using Suite.Platform.Postgres;

namespace Suite.Tests.Component.Messaging;

/// <summary>From the outbox through the broker to the effect, on the broker built into librdkafka and on Apache Kafka.</summary>
[TestFixture("mock")]
[TestFixture("real")]
internal sealed class PipelineTests(string broker)
{
    private string _kafka = string.Empty;
    private string _topic = string.Empty;
    private string _database = string.Empty;

    [SetUp]
    public async Task SetUpAsync()
    {
        _topic = MessagingHost.NewName("topic");
        _database = MessagingHost.NewName("messaging");
        if (broker == "mock")
        {
            _kafka = Servers.MockKafka.BootstrapServers;
            Servers.MockKafka.CreateTopic(_topic, 4);
            Servers.MockKafka.CreateTopic(_topic + ".dlq", 4);
        }
        else
        {
            _kafka = (await Servers.RealKafkaAsync()).BootstrapServers;
        }
    }

    // A real broker on a busy disk has stalled for longer than a test waits: see the log for Local_MsgTimedOut. Not understood yet.
    [Test]
    [Retry(3)]
    public async Task What_commits_takes_effect_once_and_in_order()
    {
        await using var host = await StartAsync();
        var keys = Enumerable.Range(0, 20).Select(i => $"key-{i}").ToArray();
        await Task.WhenAll(keys.Select(key => host.PublishAsync(_topic, key, [.. Enumerable.Range(0, 25)])));

        foreach (var key in keys)
        {
            await host.TookEffectAsync(key, Enumerable.Range(0, 25));
        }
    }

    [Test]
    [Retry(3)]
    public async Task What_is_rolled_back_is_never_told()
    {
        await using var host = await StartAsync();
        await using (var connection = await host.Database.OpenConnectionAsync())
        {
            await using var transaction = await connection.BeginTransactionAsync();
            await host.AppendAsync(transaction, _topic, "a", 1);
            await transaction.RollbackAsync();
        }

        await host.PublishAsync(_topic, "a", 2);
        await Eventually.That(() => host.EffectsAsync("a"), Is.EqualTo(new[] { 2 }));
    }

    [Test]
    [Retry(3)]
    public async Task A_row_that_commits_late_with_a_lower_id_is_not_skipped()
    {
        await using var host = await StartAsync();
        await using var connection = await host.Database.OpenConnectionAsync();
        await using var late = await connection.BeginTransactionAsync();
        await host.AppendAsync(late, _topic, "late", 1);

        // A long transaction stalls nobody: what commits after it began is told at once.
        await host.PublishAsync(_topic, "early", 2, 3);
        await Eventually.That(() => host.EffectsAsync("early"), Is.EqualTo(new[] { 2, 3 }));

        await late.CommitAsync();
        await Eventually.That(() => host.EffectsAsync("late"), Is.EqualTo(new[] { 1 }));
    }

    [Test]
    [Retry(3)]
    public async Task A_writer_that_began_first_and_waited_for_the_key_does_not_turn_its_order_around()
    {
        await using var host = await StartAsync();
        await host.ExecuteAsync("CREATE TABLE thing (id int PRIMARY KEY); INSERT INTO thing VALUES (1)");
        await using var one = await host.Database.OpenConnectionAsync();
        await using var two = await host.Database.OpenConnectionAsync();
        await using var other = await host.Database.OpenConnectionAsync();

        // `first` gets the lowest transaction id, `bystander` the next, `second` the highest; `second` writes the key before `first`.
        await using var first = await one.BeginTransactionAsync();
        await RunAsync(first, "SELECT pg_current_xact_id()");
        await using var bystander = await other.BeginTransactionAsync();
        await RunAsync(bystander, "SELECT pg_current_xact_id()");
        await using (var second = await two.BeginTransactionAsync())
        {
            await RunAsync(second, "UPDATE thing SET id = id");
            await host.AppendAsync(second, _topic, "thing", 1);
            await second.CommitAsync();
        }

        await RunAsync(first, "UPDATE thing SET id = id");
        await host.AppendAsync(first, _topic, "thing", 2);
        await first.CommitAsync();
        host.Outbox.Wake();

        await Eventually.That(() => host.EffectsAsync("thing"), Is.EqualTo(new[] { 1, 2 }));
    }

    [Test]
    [Retry(3)]
    public async Task Two_relays_share_the_shards_and_keep_the_order()
    {
        await using var one = await StartAsync();
        await using var two = await MessagingHost.StartAsync(_kafka, _database, _topic, "test.numbers");
        await Eventually.That(
            () => one.ScalarAsync<long>("SELECT count(DISTINCT owner) FROM outbox_shard WHERE lease_until > now()"), Is.EqualTo(2));

        var keys = Enumerable.Range(0, 20).Select(i => $"key-{i}").ToArray();
        await Task.WhenAll(keys.Select((key, i) => (i % 2 == 0 ? one : two).PublishAsync(_topic, key, [.. Enumerable.Range(0, 20)])));
        foreach (var key in keys)
        {
            await Eventually.That(() => one.EffectsAsync(key), Is.EqualTo(Enumerable.Range(0, 20)));
        }
    }

    [Test]
    [Retry(3)]
    public async Task What_a_stopped_replica_left_is_told_by_another()
    {
        await using var reader = await StartAsync();
        await using (var writer = await MessagingHost.StartAsync(_kafka, _database, _topic))
        {
            await writer.StopAsync();

            // Nobody is woken: the writer's relay is gone, and the reader's has to look by itself.
            await writer.Database.InTransactionAsync((t, _) => writer.AppendAsync(t, _topic, "left", 1), CancellationToken.None);
        }

        await Eventually.That(() => reader.EffectsAsync("left"), Is.EqualTo(new[] { 1 }));
    }

    [Test]
    [Retry(3)]
    public async Task The_same_message_twice_takes_effect_once()
    {
        await using var host = await StartAsync();
        var id = Guid.CreateVersion7();
        for (var i = 0; i < 3; i++)
        {
            await ProduceAsync("a", id, Int32Value.Descriptor.FullName, new Int32Value { Value = 7 }.ToByteArray());
        }

        await ProduceAsync("a", Guid.CreateVersion7(), Int32Value.Descriptor.FullName, new Int32Value { Value = 8 }.ToByteArray());
        await Eventually.That(() => host.EffectsAsync("a"), Is.EqualTo(new[] { 7, 8 }));
    }

    [Test]
    [Retry(3)]
    public async Task A_poison_message_parks_its_key_alone_and_a_replay_brings_it_back_in_order()
    {
        await using var host = await StartAsync();
        host.Handler.Poison[2] = new PoisonMessageException("not_a_number_we_like");
        await host.PublishAsync(_topic, "sick", 1, 2, 3, 4);
        await host.PublishAsync(_topic, "sound", 11, 12);

        await Eventually.That(() => host.EffectsAsync("sound"), Is.EqualTo(new[] { 11, 12 }));
        await Eventually.That(() => host.ScalarAsync<long>("SELECT count(*) FROM dead_letter"), Is.EqualTo(3));
        Assert.That(await host.EffectsAsync("sick"), Is.EqualTo(new[] { 1 }));
        var letters = await host.Services.GetRequiredService<ParkingLot>().PageAsync(0, 10, CancellationToken.None);
        Assert.That(
            letters.Select(l => (l.Kind, l.Reason)),
            Is.EqualTo(new[]
            {
                (DeadLetter.Types.Kind.Failed, "not_a_number_we_like"),
                (DeadLetter.Types.Kind.Waiting, DeadLetters.WaitsBehind),
                (DeadLetter.Types.Kind.Waiting, DeadLetters.WaitsBehind),
            }));
        var dead = await ReadDeadLetterTopicAsync();
        Assert.Multiple(() =>
        {
            Assert.That(Encoding.UTF8.GetString(dead.Message.Headers.GetLastBytes("suite-reason")), Is.EqualTo("not_a_number_we_like"));
            Assert.That(Encoding.UTF8.GetString(dead.Message.Key), Is.EqualTo("sick"));
            Assert.That(Int32Value.Parser.ParseFrom(dead.Message.Value).Value, Is.EqualTo(2));
        });

        // A replay that fails again leaves all as it is.
        Assert.That(await host.ReplayAsync(new ReplayDeadLettersRequest { Key = "sick", Note = "too early" }), Is.EqualTo(3));
        await Eventually.That(() => host.ScalarAsync<int>("SELECT attempts FROM dead_letter ORDER BY id LIMIT 1"), Is.EqualTo(2));
        Assert.That(await host.EffectsAsync("sick"), Is.EqualTo(new[] { 1 }));

        host.Handler.Poison.Clear();
        Assert.That(await host.ReplayAsync(new ReplayDeadLettersRequest { Type = Int32Value.Descriptor.FullName, Note = "mended" }), Is.EqualTo(3));
        await Eventually.That(() => host.EffectsAsync("sick"), Is.EqualTo(new[] { 1, 2, 3, 4 }));
        await Eventually.That(() => host.ScalarAsync<long>("SELECT count(*) FROM dead_letter"), Is.EqualTo(0));
        Assert.That(await host.ScalarAsync<string>("SELECT string_agg(note, ', ' ORDER BY id) FROM dead_letter_replay"), Is.EqualTo("too early, mended"));

        await host.PublishAsync(_topic, "sick", 5);
        await Eventually.That(() => host.EffectsAsync("sick"), Is.EqualTo(new[] { 1, 2, 3, 4, 5 }));
    }

    [Test]
    [Retry(3)]
    public async Task A_message_that_is_no_event_is_parked_and_the_partition_flows()
    {
        await using var host = await StartAsync();
        await ProduceAsync("odd", null, null, [1, 2, 3]);
        await ProduceAsync("odd2", new Guid("00000000-0000-4000-8000-000000000001"), Int32Value.Descriptor.FullName, new Int32Value { Value = 1 }.ToByteArray());
        await host.PublishAsync(_topic, "fine", 1);
        await Eventually.That(() => host.EffectsAsync("fine"), Is.EqualTo(new[] { 1 }));
        await Eventually.That(
            () => host.ScalarAsync<string>("SELECT coalesce(string_agg(reason, ',' ORDER BY reason), '') FROM dead_letter"),
            Is.EqualTo("event_id_outside_inbox,no_event_id"));
    }

    [Test]
    [Retry(3)]
    public async Task A_fault_that_passes_is_tried_again_until_it_has_passed()
    {
        await using var host = await StartAsync();
        host.Handler.Poison[1] = new TimeoutException();
        await host.PublishAsync(_topic, "a", 1, 2);
        await host.PublishAsync(_topic, "b", 3);
        await Eventually.That(() => host.ScalarAsync<long>("SELECT count(*) FROM outbox_offset"), Is.GreaterThan(0));
        host.Handler.Poison.Clear();

        await Eventually.That(() => host.EffectsAsync("a"), Is.EqualTo(new[] { 1, 2 }));
        await Eventually.That(() => host.EffectsAsync("b"), Is.EqualTo(new[] { 3 }));
        Assert.That(await host.ScalarAsync<long>("SELECT count(*) FROM dead_letter"), Is.Zero);
    }

    [Test]
    [Retry(3)]
    public async Task Two_consumers_of_a_group_share_the_work_and_each_message_counts_once()
    {
        await using var one = await StartAsync();
        var keys = Enumerable.Range(0, 30).Select(i => $"key-{i}").ToArray();
        var first = Task.WhenAll(keys.Select(key => one.PublishAsync(_topic, key, [.. Enumerable.Range(0, 10)])));
        await using var two = await MessagingHost.StartAsync(_kafka, _database, _topic, "test.numbers");
        await first;
        await Eventually.That(
            async () =>
            {
                // Until the group is shared, a round at a time.
                await one.PublishAsync(_topic, $"round-{Guid.NewGuid():N}", 0);
                return two.Handler.Seen.Count;
            },
            Is.GreaterThan(0));
        foreach (var key in keys)
        {
            await Eventually.That(() => one.EffectsAsync(key), Is.EqualTo(Enumerable.Range(0, 10)));
        }
    }

    [Test]
    [Retry(3)]
    public async Task The_trace_of_the_writer_travels_with_the_message()
    {
        await using var host = await StartAsync();
        using var activity = new System.Diagnostics.Activity("call").SetIdFormat(System.Diagnostics.ActivityIdFormat.W3C);
        activity.AddBaggage("tenant", "blue");
        activity.Start();
        await host.PublishAsync(_topic, "traced", 1);
        activity.Stop();

        await Eventually.That(() => Task.FromResult(host.Handler.Seen.Count), Is.EqualTo(1));
        var seen = host.Handler.Seen.Single();
        Assert.That((seen.TraceParent, seen.Baggage), Is.EqualTo((activity.Id, "tenant=blue")));
    }

    private static async Task RunAsync(NpgsqlTransaction transaction, string sql)
    {
        await using var command = new NpgsqlCommand(sql, transaction.Connection, transaction);
        await command.ExecuteNonQueryAsync();
    }

    private Task<MessagingHost> StartAsync() => MessagingHost.StartAsync(_kafka, _database, _topic, "test.numbers");

    private async Task ProduceAsync(string key, Guid? id, string? type, byte[] body)
    {
        using var producer = new ProducerBuilder<byte[], byte[]>(new ProducerConfig { BootstrapServers = _kafka }).Build();
        var headers = new Headers();
        if (id is not null)
        {
            headers.Add("ce_id", Encoding.UTF8.GetBytes(id.Value.ToString()));
        }

        if (type is not null)
        {
            headers.Add("ce_type", Encoding.UTF8.GetBytes(type));
        }

        await producer.ProduceAsync(_topic, new Message<byte[], byte[]> { Key = Encoding.UTF8.GetBytes(key), Value = body, Headers = headers });
    }

    private Task<ConsumeResult<byte[], byte[]>> ReadDeadLetterTopicAsync() => Task.Run(() =>
    {
        using var consumer = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig
        {
            BootstrapServers = _kafka,
            GroupId = MessagingHost.NewName("dlq"),
            AutoOffsetReset = AutoOffsetReset.Earliest,
        }).Build();
        consumer.Subscribe(_topic + ".dlq");
        var result = consumer.Consume(TimeSpan.FromSeconds(20));
        Assert.That(result, Is.Not.Null, "nothing came to the dead-letter topic");
        consumer.Close();
        return result;
    });
}
