using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace Suite.Platform.Messaging;

internal static partial class MessagingLog
{
    [LoggerMessage(1301, LogLevel.Information, "Relaying {Shards} of 16 outbox shards; {Replicas} replicas are alive")]
    public static partial void Shards(ILogger logger, int shards, int replicas);

    [LoggerMessage(1302, LogLevel.Warning, "The broker did not take a message of shard {Shard} ({Reason}); trying again later")]
    public static partial void NotSent(ILogger logger, short shard, string reason);

    [LoggerMessage(1303, LogLevel.Warning, "The broker has forgotten what it acknowledged; sending everything again that the outbox keeps")]
    public static partial void BrokerLostMemory(ILogger logger);

    [LoggerMessage(1304, LogLevel.Warning, "The outbox relay was interrupted; starting it again")]
    public static partial void RelayBroke(ILogger logger, Exception exception);

    [LoggerMessage(1305, LogLevel.Information, "The outbox relay stopped before everything was acknowledged ({Reason}); the rest is sent by whoever comes next")]
    public static partial void RelayStopIncomplete(ILogger logger, string reason);

    [LoggerMessage(1307, LogLevel.Information, "A Kafka producer gave messages up; going on with another")]
    public static partial void ProducerSpent(ILogger logger);

    [LoggerMessage(1306, LogLevel.Debug, "The broker could not be asked for its offsets ({Code})")]
    public static partial void MemoryUnknown(ILogger logger, ErrorCode code);

    [LoggerMessage(1310, LogLevel.Information, "Created topic {Topic} with {Partitions} partitions")]
    public static partial void TopicCreated(ILogger logger, string topic, int partitions);

    [LoggerMessage(1311, LogLevel.Warning, "Topics are missing and could not be created yet ({Reason}); trying again")]
    public static partial void TopicsMissing(ILogger logger, string reason);

    [LoggerMessage(1312, LogLevel.Debug, "Kafka: {Code}: {Reason}")]
    public static partial void KafkaTrouble(ILogger logger, ErrorCode code, string reason);

    [LoggerMessage(1313, LogLevel.Error, "Kafka client failed for good and is replaced: {Code}: {Reason}")]
    public static partial void KafkaFatal(ILogger logger, ErrorCode code, string reason);

    [LoggerMessage(1314, LogLevel.Debug, "Kafka client: {Facility}: {Text}")]
    public static partial void KafkaClient(ILogger logger, string facility, string text);

    [LoggerMessage(1320, LogLevel.Warning, "Consumer {Consumer} can not apply {Count} messages now ({Reason}); trying again in {Wait}")]
    public static partial void ApplyPutOff(ILogger logger, string consumer, int count, string reason, TimeSpan wait);

    [LoggerMessage(1321, LogLevel.Error, "Consumer {Consumer} parked message {MessageId} of type {Type} and its key: {Reason}")]
    public static partial void Parked(ILogger logger, string consumer, Guid messageId, string type, string reason, Exception? exception);

    [LoggerMessage(1322, LogLevel.Information, "Consumer {Consumer} applied parked message {MessageId}")]
    public static partial void Replayed(ILogger logger, string consumer, Guid messageId);

    [LoggerMessage(1323, LogLevel.Warning, "Parked message {MessageId} of consumer {Consumer} failed again: {Reason}")]
    public static partial void ReplayFailed(ILogger logger, string consumer, Guid messageId, string reason, Exception? exception);

    [LoggerMessage(1324, LogLevel.Warning, "Consumer {Consumer} was interrupted; starting it again")]
    public static partial void ConsumerBroke(ILogger logger, string consumer, Exception exception);

    [LoggerMessage(1325, LogLevel.Warning, "Consumer {Consumer} did not stop within its time; its group notices by itself")]
    public static partial void ConsumerStopIncomplete(ILogger logger, string consumer);

    [LoggerMessage(1326, LogLevel.Warning, "Parked messages could not be looked at; trying again")]
    public static partial void ReplayerBroke(ILogger logger, Exception exception);

    [LoggerMessage(1330, LogLevel.Information, "Dropped partition {Partition}: nobody needs it any more")]
    public static partial void PartitionDropped(ILogger logger, string partition);

    [LoggerMessage(1332, LogLevel.Warning, "What waits in the outbox and the parking lot could not be counted ({Reason}); trying again")]
    public static partial void NotCounted(ILogger logger, string reason);

    [LoggerMessage(1331, LogLevel.Warning, "Partitions could not be looked after; trying again")]
    public static partial void PartitionsNeglected(ILogger logger, Exception exception);
}
