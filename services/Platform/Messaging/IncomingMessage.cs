using Google.Protobuf;

namespace Suite.Platform.Messaging;

/// <summary>One message as a consumer sees it.</summary>
public sealed record IncomingMessage
{
    /// <summary>The CloudEvents id; the inbox knows it.</summary>
    public required Guid Id { get; init; }

    /// <summary>The CloudEvents type: the full name of the protobuf message in <see cref="Body"/>.</summary>
    public required string Type { get; init; }

    /// <summary>The topic it came from.</summary>
    public required string Topic { get; init; }

    /// <summary>The message key.</summary>
    public required string Key { get; init; }

    /// <summary>The protobuf body.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>When the event happened, in UTC.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>W3C traceparent of whoever caused the event, or null.</summary>
    public string? TraceParent { get; init; }

    /// <summary>W3C tracestate, or null.</summary>
    public string? TraceState { get; init; }

    /// <summary>W3C baggage, or null.</summary>
    public string? Baggage { get; init; }

    /// <summary>Reads the body.</summary>
    /// <exception cref="PoisonMessageException">The body is not such a message.</exception>
    public T Read<T>(MessageParser<T> parser)
        where T : IMessage<T>
    {
        try
        {
            return parser.ParseFrom(Body.Span);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new PoisonMessageException("malformed_body", e);
        }
    }
}
