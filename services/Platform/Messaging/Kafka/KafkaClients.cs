using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Suite.Platform.Faults;

namespace Suite.Platform.Messaging.Kafka;

/// <summary>Makes Kafka clients with one set of manners.</summary>
internal sealed class KafkaClients(MessagingOptions options, ILogger<KafkaClients> logger, FaultBoard? faults = null)
{
    private int _brokers;

    /// <summary>
    /// How often a broker turned out to have forgotten everything. A client that knew the one before may hold on to what is no more, and read
    /// nothing: readers take a new one when this changes.
    /// </summary>
    public int Brokers => Volatile.Read(ref _brokers);

    /// <summary>What producers ask before they send; null where faults can not be set.</summary>
    public FaultBoard? Faults => faults;

    /// <summary>Says that the broker has forgotten everything.</summary>
    public void BeginAnew() => Interlocked.Increment(ref _brokers);

    /// <summary>The producer of the relay: idempotent, acknowledged by all replicas, without waiting for company.</summary>
    /// <param name="onFatal">Told when this producer can not go on.</param>
    /// <param name="onTrouble">Told when a connection was lost or something else went wrong that the client mends by itself.</param>
    public IProducer<byte[], byte[]> Producer(Action<Error> onFatal, Action onTrouble) => new ProducerBuilder<byte[], byte[]>(
            new ProducerConfig(Common())
            {
                Acks = Acks.All,
                EnableIdempotence = true,
                LingerMs = 0,
                MessageTimeoutMs = 10_000,
                RequestTimeoutMs = 5_000,
                DeliveryReportFields = "none",
                Partitioner = Partitioner.Murmur2Random,
                QueueBufferingMaxMessages = 200_000,
                BatchNumMessages = 10_000,
                AllowAutoCreateTopics = true,
                TopicMetadataPropagationMaxMs = 5_000,
            })
        .SetErrorHandler((_, error) =>
        {
            Report(error);
            onTrouble();
            if (error.IsFatal)
            {
                onFatal(error);
            }
        })
        .SetLogHandler(Quiet)
        .Build();

    /// <summary>Starts building a consumer that stores offsets itself, after the effect.</summary>
    public ConsumerBuilder<byte[], byte[]> GroupConsumer(string group, Action<Error> onFatal) => Consumer(
        new ConsumerConfig(Common())
        {
            GroupId = group,
            EnableAutoCommit = true,
            AutoCommitIntervalMs = 500,
            EnableAutoOffsetStore = false,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            PartitionAssignmentStrategy = PartitionAssignmentStrategy.CooperativeSticky,
            SessionTimeoutMs = 6_000,
            HeartbeatIntervalMs = 1_000,
            MaxPollIntervalMs = 300_000,
            TopicMetadataRefreshIntervalMs = 5_000,
            AllowAutoCreateTopics = true,
        },
        onFatal);

    /// <summary>Starts building a consumer that belongs to no group and remembers nothing.</summary>
    public ConsumerBuilder<byte[], byte[]> Listener(Action<Error> onFatal) => Consumer(
        new ConsumerConfig(Common())
        {
            GroupId = "suite-listener",
            EnableAutoCommit = false,
            AutoOffsetReset = AutoOffsetReset.Latest,
            AllowAutoCreateTopics = true,
        },
        onFatal);

    public IAdminClient Admin() => new AdminClientBuilder(new AdminClientConfig(Common())).SetErrorHandler((_, error) => Report(error)).SetLogHandler(Quiet).Build();

    private ConsumerBuilder<byte[], byte[]> Consumer(ConsumerConfig config, Action<Error> onFatal)
    {
        config.FetchErrorBackoffMs = 100;
        return new ConsumerBuilder<byte[], byte[]>(config)
            .SetErrorHandler((_, error) =>
            {
                Report(error);
                if (error.IsFatal)
                {
                    onFatal(error);
                }
            })
            .SetLogHandler(Quiet);
    }

    private ClientConfig Common()
    {
        var settings = new ClientConfig
        {
            BootstrapServers = options.Bootstrap,
            ClientId = options.Source.Replace('/', '-'),
            ReconnectBackoffMs = 50,
            ReconnectBackoffMaxMs = 1_000,
            SocketConnectionSetupTimeoutMs = 3_000,
            SocketKeepaliveEnable = true,
        };
        foreach (var (name, value) in options.ClientSettings)
        {
            settings.Set(name, value);
        }

        return settings;
    }

    private void Report(Error error)
    {
        if (error.IsFatal)
        {
            MessagingLog.KafkaFatal(logger, error.Code, error.Reason);
        }
        else
        {
            MessagingLog.KafkaTrouble(logger, error.Code, error.Reason);
        }
    }

    private void Quiet<TClient>(TClient client, LogMessage message) => MessagingLog.KafkaClient(logger, message.Facility, message.Message);
}
