using Confluent.Kafka;
using Suite.Faults.History;
using Suite.Local.Kafka;

namespace Suite.Faults.Running;

/// <summary>Reads every topic from its beginning, past all services, for as long as the run lasts.</summary>
internal sealed class Tap : IAsyncDisposable
{
    private readonly RunHistory _history;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _reading;
    private long _seen;

    /// <param name="broker">Which broker.</param>
    /// <param name="life">See <see cref="EventSeen.BrokerLife"/>.</param>
    /// <param name="history">Where each message is put down.</param>
    public Tap(KafkaBroker broker, int life, RunHistory history)
    {
        (Broker, _history) = (broker, history);
        _reading = Task.Factory.StartNew(() => Read(broker.BootstrapServers, life), TaskCreationOptions.LongRunning);
    }

    /// <summary>Which broker is read.</summary>
    public KafkaBroker Broker { get; }

    /// <summary>How many messages were read.</summary>
    public long Seen => Interlocked.Read(ref _seen);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _reading;
        _stopping.Dispose();
    }

    private void Read(string bootstrapServers, int life)
    {
        using var consumer = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig
        {
            BootstrapServers = bootstrapServers,
            GroupId = "faults-tap",
            EnableAutoCommit = false,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            ReconnectBackoffMaxMs = 1000,
        }).SetLogHandler(static (_, _) => { }).SetErrorHandler(static (_, _) => { }).Build();
        using var admin = new DependentAdminClientBuilder(consumer.Handle).Build();
        if (!Assign(consumer, admin))
        {
            return;
        }

        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                if (consumer.Consume(TimeSpan.FromMilliseconds(200)) is { Message: not null } result)
                {
                    _history.Add(EventReading.Read(result, _history.Now, life));
                    Interlocked.Increment(ref _seen);
                }
            }
            catch (ConsumeException)
            {
                // The broker is away, or it forgot where we were; it comes back.
            }
        }
    }

    private bool Assign(IConsumer<byte[], byte[]> consumer, IAdminClient admin)
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                var partitions = KafkaBroker.Topics
                    .Select(topic => admin.GetMetadata(topic, TimeSpan.FromSeconds(2)).Topics.Single())
                    .Where(topic => topic.Error.Code == ErrorCode.NoError)
                    .SelectMany(topic => topic.Partitions.Select(partition => new TopicPartitionOffset(topic.Topic, partition.PartitionId, Offset.Beginning)))
                    .ToList();
                if (partitions.Select(partition => partition.Topic).Distinct().Count() == KafkaBroker.Topics.Count)
                {
                    consumer.Assign(partitions);
                    return true;
                }
            }
            catch (KafkaException)
            {
                // Not there yet.
            }

            _stopping.Token.WaitHandle.WaitOne(100);
        }

        return false;
    }
}
