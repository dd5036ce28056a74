using System.Globalization;
using Suite.Platform.Messaging;

namespace Suite.Platform.Projections;

/// <summary>Kept events in the form of messages, so that whoever reads the one reads the other.</summary>
public static class KeptMessages
{
    /// <summary>A kept event as a message. It has no id, no key and no time of its own: what it says stands in its body.</summary>
    public static IncomingMessage Of(string topic, string type, ReadOnlyMemory<byte> body, Guid? traceId) => new()
    {
        Id = Guid.Empty,
        Type = type,
        Topic = topic,
        Key = string.Empty,
        Body = body,
        Time = DateTimeOffset.UnixEpoch,
        // The span is not kept, and nothing hangs below it; the flag says that nobody records.
        TraceParent = traceId is { } id ? string.Create(CultureInfo.InvariantCulture, $"00-{id:N}-0000000000000001-00") : null,
    };
}
