using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Confluent.Kafka;

namespace Suite.Platform.Messaging;

/// <summary>CloudEvents 1.0 in Kafka's binary mode: attributes are headers, the body is the event.</summary>
internal static class CloudEvent
{
    public const string SpecVersion = "ce_specversion";
    public const string Id = "ce_id";
    public const string Type = "ce_type";
    public const string Source = "ce_source";
    public const string Time = "ce_time";
    public const string ContentType = "content-type";
    public const string TraceParent = "traceparent";
    public const string TraceState = "tracestate";
    public const string Baggage = "baggage";

    public static readonly byte[] Version = "1.0"u8.ToArray();
    public static readonly byte[] Protobuf = "application/protobuf"u8.ToArray();

    /// <summary>
    /// Reads a message. One that lacks what every message has gets an id made from its place in the log, and
    /// <paramref name="problem"/> says what is wrong with it.
    /// </summary>
    public static IncomingMessage Read(ConsumeResult<byte[], byte[]> result, out string? problem)
    {
        string? id = null, type = null, time = null, parent = null, state = null, baggage = null;
        foreach (var header in result.Message.Headers ?? [])
        {
            switch (header.Key)
            {
                case Id: id = Text(header); break;
                case Type: type = Text(header); break;
                case Time: time = Text(header); break;
                case TraceParent: parent = Text(header); break;
                case TraceState: state = Text(header); break;
                case Baggage: baggage = Text(header); break;
            }
        }

        problem = !Guid.TryParse(id, out var messageId) ? "no_event_id"
            : string.IsNullOrEmpty(type) ? "no_event_type"
            : result.Message.Key is null ? "no_key"
            : null;
        return new IncomingMessage
        {
            Id = problem is null ? messageId : new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(PlaceOf(result))).AsSpan(0, 16)),
            Type = type ?? string.Empty,
            Topic = result.Topic,
            Key = result.Message.Key is { } key ? Encoding.UTF8.GetString(key) : PlaceOf(result),
            Body = result.Message.Value ?? [],
            Time = DateTimeOffset.TryParse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
                ? at.ToUniversalTime()
                : new DateTimeOffset(result.Message.Timestamp.UtcDateTime, TimeSpan.Zero),
            TraceParent = parent,
            TraceState = state,
            Baggage = baggage,
        };
    }

    private static string PlaceOf(ConsumeResult<byte[], byte[]> result) => $"{result.Topic}/{result.Partition.Value}/{result.Offset.Value}";

    private static string? Text(IHeader header) => header.GetValueBytes() is { } bytes ? Encoding.UTF8.GetString(bytes) : null;
}
