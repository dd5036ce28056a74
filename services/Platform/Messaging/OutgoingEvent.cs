using Google.Protobuf;

namespace Suite.Platform.Messaging;

/// <summary>An event on its way into the outbox.</summary>
/// <param name="Topic">The topic, for example <c>suite.order.v1</c>.</param>
/// <param name="Key">The message key: messages of one key stay in order. The aggregate's id.</param>
/// <param name="Body">The event; its full name becomes the CloudEvents type.</param>
public sealed record OutgoingEvent(string Topic, string Key, IMessage Body);
