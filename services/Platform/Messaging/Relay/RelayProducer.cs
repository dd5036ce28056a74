using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Confluent.Kafka;
using Suite.Contracts.Ops.V1;
using Suite.Platform.Faults;
using Suite.Platform.Messaging.Kafka;
using Suite.Platform.Telemetry;

namespace Suite.Platform.Messaging.Relay;

/// <summary>Gives rows to the broker: CloudEvents in binary mode, keyed, without a task a message.</summary>
internal sealed class RelayProducer : IDisposable
{
    private readonly IProducer<byte[], byte[]> _producer;
    private readonly byte[] _source;
    private readonly FaultBoard? _faults;
    private readonly TimeProvider _time;

    /// <summary>The types of a service are few, and stand in every message.</summary>
    private readonly ConcurrentDictionary<string, byte[]> _types = new(StringComparer.Ordinal);
    private volatile string? _fatal;

    public RelayProducer(KafkaClients clients, MessagingOptions options, TimeProvider time, Action onTrouble)
    {
        _time = time;
        _source = Encoding.UTF8.GetBytes(options.Source);
        _faults = clients.Faults;
        _producer = clients.Producer(error => _fatal = error.Reason, onTrouble);
    }

    /// <summary>Why this producer can not go on, or null while it can. A new one can.</summary>
    public string? Fatal => _fatal;

    public void Produce(OutboxMessage message, Action<DeliveryReport<byte[], byte[]>> answered)
    {
        if (_faults is null)
        {
            Send(message, answered);
        }
        else
        {
            _ = MeetAndSendAsync(_faults, message, answered);
        }
    }

    private async Task MeetAndSendAsync(FaultBoard faults, OutboxMessage message, Action<DeliveryReport<byte[], byte[]>> answered)
    {
        try
        {
            await faults.MeetAsync(Fault.Types.Target.Kafka, CancellationToken.None);
            Send(message, answered);
        }
        catch (IOException e)
        {
            NotSent(new Error(ErrorCode.Local_Transport, e.Message));
        }
        catch (KafkaException e)
        {
            NotSent(e.Error);
        }
        catch (ObjectDisposedException)
        {
            // The relay gave it up meanwhile; its next session sends it.
        }

        void NotSent(Error error) => answered(new DeliveryReport<byte[], byte[]> { Topic = message.Row.Topic, Error = error });
    }

    // Gives up what is still queued; whoever disposes has waited for what matters, or is about to send it again.
    public void Dispose()
    {
        _producer.Flush(TimeSpan.FromMilliseconds(100));
        _producer.Dispose();
    }

    private void Send(OutboxMessage message, Action<DeliveryReport<byte[], byte[]>> answered)
    {
        var span = MessagingTelemetry.StartSend(message.Row, message.CreateTime, _time);
        try
        {
            _producer.Produce(
                message.Row.Topic,
                new Message<byte[], byte[]>
                {
                    Key = Encoding.UTF8.GetBytes(message.Row.Key),
                    Value = message.Row.Payload,
                    Headers = HeadersOf(message, span),
                    Timestamp = new Timestamp(message.CreateTime),
                },
                span is null ? answered : report =>
                {
                    MessagingTelemetry.EndSend(span, report);
                    answered(report);
                });
        }
        catch (KafkaException e)
        {
            span.Fail(e.Error.Code.ToString());
            span?.Dispose();
            throw;
        }
    }

    // What is applied hangs below the sending where that is recorded, and else below whoever wrote the row.
    private Headers HeadersOf(OutboxMessage message, Activity? span)
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
        Add(headers, CloudEvent.TraceParent, span?.Id ?? row.TraceParent);
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
