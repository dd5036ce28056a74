using Google.Protobuf;

namespace Suite.Platform.Messaging;

/// <summary>An event on its way into the outbox.</summary>
/// <param name="Topic">The topic, for example <c>suite.order.v1</c>.</param>
/// <param name="Key">The message key: messages of one key stay in order. The aggregate's id.</param>
/// <param name="Body">The event; its full name becomes the CloudEvents type.</param>
public sealed record OutgoingEvent(string Topic, string Key, IMessage Body)
{
    /// <summary>
    /// The message this event follows from, whose trace goes on with it. Null: the trace of the code that writes the row, which
    /// is right for a call and wrong for a batch of messages that came from different calls.
    /// </summary>
    public IncomingMessage? Cause { get; init; }

    /// <summary>Where it is kept for good, to be told again once outbox and broker have forgotten it; null: nowhere.</summary>
    public EventPlace? History { get; init; }
}

/// <summary>Where an event stands in the history of its aggregate.</summary>
/// <param name="Owner">The aggregate.</param>
/// <param name="Version">Its version after the event.</param>
public readonly record struct EventPlace(Guid Owner, long Version);
