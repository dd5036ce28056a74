using Confluent.Kafka;
using NUnit.Framework;
using Suite.Local.Kafka;

namespace Suite.Tests.Component.Local;

internal sealed class KafkaBrokerTests
{
    [Test]
    public async Task The_built_in_broker_has_the_topics_of_Suite_and_takes_messages()
    {
        await using var broker = KafkaBroker.StartMock(partitions: 3);

        Assert.That(Partitions(broker, "suite.order.v1"), Is.EqualTo(3));
        Assert.That(Partitions(broker, "suite.payment.v1.dlq"), Is.EqualTo(3));
        await ProduceAndConsumeAsync(broker, "suite.order.v1");
    }

    [Test]
    public async Task A_real_broker_keeps_its_messages_when_it_is_killed_and_started_on_another_port()
    {
        if (SharedServers.KafkaHome is not { } home)
        {
            Assert.Ignore("Apache Kafka is not here: set KAFKA_HOME.");
            return;
        }

        var folder = Servers.NewFolder();
        await using var first = await KafkaBroker.StartRealAsync(home, folder);
        using (var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = first.BootstrapServers }).Build())
        {
            await admin.CreateTopicsAsync([new() { Name = "kept", NumPartitions = 1, ReplicationFactor = 1 }]);
        }

        await ProduceAsync(first, "kept", "before the kill");
        await first.KillAsync();
        await using var second = await KafkaBroker.StartRealAsync(home, folder);

        Assert.That(second.BootstrapServers, Is.Not.EqualTo(first.BootstrapServers));
        Assert.That(ConsumeOne(second, "kept"), Is.EqualTo("before the kill"));
    }

    private static int Partitions(KafkaBroker broker, string topic)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = broker.BootstrapServers }).Build();
        return admin.GetMetadata(topic, TimeSpan.FromSeconds(10)).Topics[0].Partitions.Count;
    }

    private static async Task ProduceAndConsumeAsync(KafkaBroker broker, string topic)
    {
        await ProduceAsync(broker, topic, "hello");
        Assert.That(ConsumeOne(broker, topic), Is.EqualTo("hello"));
    }

    private static async Task ProduceAsync(KafkaBroker broker, string topic, string value)
    {
        var settings = new ProducerConfig { BootstrapServers = broker.BootstrapServers, Acks = Acks.All, EnableIdempotence = true };
        using var producer = new ProducerBuilder<Null, string>(settings).Build();
        await producer.ProduceAsync(topic, new Message<Null, string> { Value = value });
    }

    private static string? ConsumeOne(KafkaBroker broker, string topic)
    {
        var settings = new ConsumerConfig
        {
            BootstrapServers = broker.BootstrapServers,
            GroupId = Guid.NewGuid().ToString(),
            AutoOffsetReset = AutoOffsetReset.Earliest,
        };
        using var consumer = new ConsumerBuilder<Ignore, string>(settings).Build();
        consumer.Subscribe(topic);
        var message = consumer.Consume(TimeSpan.FromSeconds(30))?.Message.Value;
        consumer.Close();
        return message;
    }
}
