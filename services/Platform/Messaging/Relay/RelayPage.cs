using System.Collections.Concurrent;

namespace Suite.Platform.Messaging.Relay;

/// <summary>Rows that were read together, and how many of them the broker has not answered for yet.</summary>
/// <param name="shards">The shards the page is read for.</param>
/// <param name="signal">Told when the last answer is in.</param>
internal sealed class RelayPage(IReadOnlyList<ShardLease> shards, RelaySignal signal)
{
    private readonly ConcurrentDictionary<short, string> _failed = new();
    private readonly ConcurrentDictionary<(string Topic, string Reason), int> _notSent = new();
    private int _remaining;

    /// <summary>The shards it was read for; after the reading, those of them whose turn it is.</summary>
    public IReadOnlyList<ShardLease> Shards { get; set; } = shards;

    public List<OutboxMessage> Messages { get; } = [];

    /// <summary>The snapshot all of whose rows are sent once this page and those before it are; null when more pages of it follow.</summary>
    public string? Completes { get; set; }

    /// <summary>The shards with a row the broker did not take, and why.</summary>
    public IReadOnlyDictionary<short, string> Failed => _failed;

    public bool IsDone => Volatile.Read(ref _remaining) == 0;

    public void Start() => Volatile.Write(ref _remaining, Messages.Count);

    public void Sent() => Answered();

    public void NotSent(OutboxMessage message, string reason)
    {
        _failed.TryAdd(message.Row.Shard, reason);
        _notSent.AddOrUpdate((message.Row.Topic, reason), 1, static (_, count) => count + 1);
        Answered();
    }

    /// <summary>Counts what was sent and what was not; for when it is done.</summary>
    public void CountInto(MessagingMetrics metrics)
    {
        foreach (var of in Messages.CountBy(m => m.Row.Topic))
        {
            var not = _notSent.Where(n => n.Key.Topic == of.Key).Sum(n => n.Value);
            if (of.Value > not)
            {
                metrics.Sent(of.Key, of.Value - not);
            }
        }

        foreach (var ((topic, reason), count) in _notSent)
        {
            metrics.NotSent(topic, reason, count);
        }
    }

    private void Answered()
    {
        if (Interlocked.Decrement(ref _remaining) == 0)
        {
            signal.Pulse();
        }
    }
}
