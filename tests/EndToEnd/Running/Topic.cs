using System.Text;
using Confluent.Kafka;

namespace Suite.Tests.EndToEnd.Running;

/// <summary>What lies on a topic.</summary>
internal static class Topic
{
    /// <summary>The types of the events of a key, in the order of the topic, from its beginning to its present end.</summary>
    public static List<string> EventsOf(TestSuite suite, string topic, string key) =>
        [.. Read(suite, topic).Where(m => m.Key == key).Select(m => m.Type)];

    /// <summary>Every event that is there now.</summary>
    public static List<(string Key, string Type)> Read(TestSuite suite, string topic)
    {
        using var consumer = new ConsumerBuilder<string, byte[]>(new ConsumerConfig
        {
            BootstrapServers = suite.Local.KafkaBootstrapServers,
            GroupId = Guid.NewGuid().ToString(),
            EnableAutoCommit = false,
            EnablePartitionEof = true,
        }).Build();
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = suite.Local.KafkaBootstrapServers }).Build();
        var partitions = admin.GetMetadata(topic, TimeSpan.FromSeconds(10)).Topics.Single().Partitions;
        consumer.Assign(partitions.Select(p => new TopicPartitionOffset(topic, p.PartitionId, Offset.Beginning)));
        var events = new List<(string, string)>();
        var ended = new HashSet<Partition>();
        var deadline = DateTime.UtcNow.AddSeconds(30);
        while (ended.Count < partitions.Count)
        {
            Assert.That(DateTime.UtcNow, Is.LessThan(deadline), $"{topic} can not be read.");
            if (consumer.Consume(TimeSpan.FromMilliseconds(200)) is not { } result)
            {
                continue;
            }

            if (result.IsPartitionEOF)
            {
                ended.Add(result.Partition);
            }
            else
            {
                var type = Encoding.UTF8.GetString(result.Message.Headers.GetLastBytes("ce_type"));
                events.Add((result.Message.Key, type[(type.LastIndexOf('.') + 1)..]));
            }
        }

        return events;
    }
}
