using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Confluent.Kafka;
using Suite.Platform.Messaging.Kafka;

namespace Suite.Platform.Messaging.Relay;

/// <summary>Gives rows to the broker: CloudEvents in binary mode, keyed, without a task a message.</summary>
internal sealed class RelayProducer : IDisposable
{
    private readonly IProducer<byte[], byte[]> _producer;
    private readonly byte[] _source;

    /// <summary>The types of a service are few, and stand in every message.</summary>
    private readonly ConcurrentDictionary<string, byte[]> _types = new(StringComparer.Ordinal);
    private volatile string? _fatal;

    public RelayProducer(KafkaClients clients, MessagingOptions options, Action onTrouble)
    {
        _source = Encoding.UTF8.GetBytes(options.Source);
        _producer = clients.Producer(error => _fatal = error.Reason, onTrouble);
    }

    /// <summary>Why this producer can not go on, or null while it can. A new one can.</summary>
    public string? Fatal => _fatal;

    public void Produce(OutboxMessage message, Action<DeliveryReport<byte[], byte[]>> answered) => _producer.Produce(
        message.Row.Topic,
        new Message<byte[], byte[]>
        {
            Key = Encoding.UTF8.GetBytes(message.Row.Key),
            Value = message.Row.Payload,
            Headers = HeadersOf(message),
            Timestamp = new Timestamp(message.CreateTime),
        },
        answered);

    // Gives up what is still queued; whoever disposes has waited for what matters, or is about to send it again.
    public void Dispose()
    {
        _producer.Flush(TimeSpan.FromMilliseconds(100));
        _producer.Dispose();
    }

    private Headers HeadersOf(OutboxMessage message)
    {
        var row = message.Row;
        var headers = new Headers
        {
            { CloudEvent.SpecVersion, CloudEvent.Version },
            { CloudEvent.Id, Encoding.UTF8.GetBytes(row.EventId.ToString()) },
            { CloudEvent.Type, _types.GetOrAdd(row.Type, Encoding.UTF8.GetBytes) },
            { CloudEvent.Source, _source },
            { CloudEvent.Time, Encoding.UTF8.GetBytes(message.CreateTime.UtcDateTime.ToString("O", CultureInfo.InvariantCulture)) },
            { CloudEvent.ContentType, CloudEvent.Protobuf },
        };
        Add(headers, CloudEvent.TraceParent, row.TraceParent);
        Add(headers, CloudEvent.TraceState, row.TraceState);
        Add(headers, CloudEvent.Baggage, row.Baggage);
        if (message.Extra is not null)
        {
            using var extra = JsonDocument.Parse(message.Extra);
            foreach (var property in extra.RootElement.EnumerateObject())
            {
                Add(headers, property.Name, property.Value.GetString());
            }
        }

        return headers;
    }

    private static void Add(Headers headers, string name, string? value)
    {
        if (value is not null)
        {
            headers.Add(name, Encoding.UTF8.GetBytes(value));
        }
    }
}
