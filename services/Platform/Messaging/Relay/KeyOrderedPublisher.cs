using Confluent.Kafka;

namespace Suite.Platform.Messaging.Relay;

/// <summary>
/// Sends messages side by side, but those of one key one after the other: the next leaves when the broker has the one before.
/// When one fails, those that wait behind it are not sent, so that consumers never see 2, 3, 1.
/// </summary>
internal sealed class KeyOrderedPublisher(Action<OutboxMessage, Action<DeliveryReport<byte[], byte[]>>> produce, BrokerMemory memory)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Queue<OutboxMessage>?> _busy = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _failed = new(StringComparer.Ordinal);
    private long _heardAt = Environment.TickCount64;

    /// <summary>For how long the broker has answered nothing. It means something only while messages are on the way.</summary>
    public TimeSpan Silence => TimeSpan.FromMilliseconds(Environment.TickCount64 - Volatile.Read(ref _heardAt));

    /// <summary>Counts the silence from now; for when something is sent after a time in which there was nothing to answer.</summary>
    public void Listen() => Volatile.Write(ref _heardAt, Environment.TickCount64);

    /// <summary>Sends a page; its messages tell the page when they are through.</summary>
    public void Send(RelayPage page)
    {
        page.Start();
        foreach (var message in page.Messages)
        {
            string? reason;
            lock (_lock)
            {
                if (!_failed.TryGetValue(message.Row.Key, out reason))
                {
                    if (_busy.TryGetValue(message.Row.Key, out var waiting))
                    {
                        waiting ??= new Queue<OutboxMessage>();
                        waiting.Enqueue(message);
                        _busy[message.Row.Key] = waiting;
                        continue;
                    }

                    _busy.Add(message.Row.Key, null);
                }
            }

            if (reason is null)
            {
                Produce(message);
            }
            else
            {
                message.Page.NotSent(message, reason);
            }
        }
    }

    /// <summary>Lets keys that failed be sent again. Only when nothing is on the way, and before reading from the failed message on.</summary>
    public void Reset()
    {
        lock (_lock)
        {
            _failed.Clear();
        }
    }

    private void Produce(OutboxMessage message)
    {
        try
        {
            produce(message, report => Answered(message, report));
        }
        catch (KafkaException e)
        {
            Failed(message, e.Error.Code.ToString());
        }
    }

    // On the thread of the Kafka client: short, and never waiting.
    private void Answered(OutboxMessage message, DeliveryReport<byte[], byte[]> report)
    {
        Listen();
        if (report.Error.IsError)
        {
            Failed(message, report.Error.Code.ToString());
            return;
        }

        memory.Acknowledged(report.Topic, report.Partition.Value, report.Offset.Value);
        OutboxMessage? next = null;
        lock (_lock)
        {
            if (_busy.TryGetValue(message.Row.Key, out var waiting) && waiting is { Count: > 0 })
            {
                next = waiting.Dequeue();
            }
            else
            {
                _busy.Remove(message.Row.Key);
            }
        }

        message.Page.Sent();
        if (next is not null)
        {
            Produce(next);
        }
    }

    private void Failed(OutboxMessage message, string reason)
    {
        Queue<OutboxMessage>? waiting;
        lock (_lock)
        {
            _busy.Remove(message.Row.Key, out waiting);
            _failed.TryAdd(message.Row.Key, reason);
        }

        message.Page.NotSent(message, reason);
        foreach (var behind in waiting ?? [])
        {
            behind.Page.NotSent(behind, reason);
        }
    }
}
