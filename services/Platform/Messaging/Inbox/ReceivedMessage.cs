using Confluent.Kafka;

namespace Suite.Platform.Messaging.Inbox;

/// <summary>A message and its place in the log.</summary>
/// <param name="Message">The message.</param>
/// <param name="Place">Where it was read.</param>
/// <param name="Problem">Why it can never be applied, or null.</param>
internal sealed record ReceivedMessage(IncomingMessage Message, TopicPartitionOffset Place, string? Problem);
