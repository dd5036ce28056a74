using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Suite.Platform.Telemetry;

namespace Suite.Platform.Messaging;

/// <summary>The numbers of outbox, relay, consumers and parking lot.</summary>
internal sealed class MessagingMetrics : IDisposable
{
    public const string MeterName = SuiteTelemetry.Prefix + "Messaging";

    private const string Group = "messaging.consumer.group.name";
    private const string Destination = "messaging.destination.name";
    private const string Error = "error.type";

    private readonly Meter _meter;
    private readonly Counter<long> _sent;
    private readonly Counter<long> _consumed;
    private readonly Counter<long> _duplicates;
    private readonly Counter<long> _parked;
    private readonly Histogram<double> _process;
    private readonly ConcurrentDictionary<(string Consumer, string Topic, int Partition), long> _lag = new();
    private OutboxState? _outbox;
    private IReadOnlyList<ParkedCount> _letters = [];

    public MessagingMetrics(IMeterFactory meters)
    {
        _meter = meters.Create(MeterName);
        _sent = _meter.CreateCounter<long>("messaging.client.sent.messages", "{message}", "Messages given to the broker, and those it did not take.");
        _consumed = _meter.CreateCounter<long>("messaging.client.consumed.messages", "{message}", "Messages that were applied.");
        _duplicates = _meter.CreateCounter<long>("suite.inbox.duplicates", "{message}", "Messages that had been applied before, and were passed over.");
        _parked = _meter.CreateCounter<long>("suite.dead_letters.parked", "{message}", "Messages that were parked, failed ones and those behind them.");
        _process = _meter.CreateSeconds("messaging.process.duration", "One batch, from opening its transaction to its commit.");
        _meter.CreateObservableGauge(
            "suite.outbox.depth", () => Measure(_outbox?.Depth), "{row}",
            "Committed rows that the broker has not acknowledged, of the shards this replica holds; counted up to 10,000 a shard.");
        _meter.CreateObservableGauge("suite.outbox.age", () => Measure(_outbox?.Age.TotalSeconds), "s", "Age of the oldest of them; 0 when there is none.");
        _meter.CreateObservableGauge(
            "suite.consumer.lag", () => _lag.Select(at => new Measurement<long>(
                at.Value,
                new(Group, at.Key.Consumer), new(Destination, at.Key.Topic), new KeyValuePair<string, object?>("messaging.destination.partition.id", at.Key.Partition))),
            "{message}", "Messages between what was applied and the end of a partition, of the partitions this replica has.");
        _meter.CreateObservableGauge(
            "suite.dead_letters", () => _letters.Select(of => new Measurement<long>(
                of.Count, new(Group, of.Consumer), new KeyValuePair<string, object?>("kind", of.Kind))),
            "{message}", "Messages that are parked now; told by one replica, the one that holds the first shard.");
    }

    public void Sent(string topic, int messages) => _sent.Add(messages, new KeyValuePair<string, object?>(Destination, topic));

    public void NotSent(string topic, string reason, int messages) => _sent.Add(messages, new(Destination, topic), new KeyValuePair<string, object?>(Error, reason));

    public void Applied(string consumer, string topic, int messages) =>
        _consumed.Add(messages, new(Group, consumer), new KeyValuePair<string, object?>(Destination, topic));

    public void Duplicates(string consumer, int messages) => _duplicates.Add(messages, new KeyValuePair<string, object?>(Group, consumer));

    public void Parked(string consumer, int messages) => _parked.Add(messages, new KeyValuePair<string, object?>(Group, consumer));

    /// <summary>Notes how long a batch took.</summary>
    public void Processed(string consumer, TimeSpan took, string? error)
    {
        if (error is null)
        {
            _process.Record(took.TotalSeconds, new KeyValuePair<string, object?>(Group, consumer));
        }
        else
        {
            _process.Record(took.TotalSeconds, new(Group, consumer), new KeyValuePair<string, object?>(Error, error));
        }
    }

    /// <summary>Notes how far a consumer is behind the end of a partition.</summary>
    public void Behind(string consumer, string topic, int partition, long messages) => _lag[(consumer, topic, partition)] = Math.Max(0, messages);

    /// <summary>The partition is somebody else's now.</summary>
    public void Gone(string consumer, string topic, int partition) => _lag.TryRemove((consumer, topic, partition), out _);

    /// <summary>Notes what waits.</summary>
    public void Waiting(OutboxState outbox, IReadOnlyList<ParkedCount> letters)
    {
        Volatile.Write(ref _outbox, outbox);
        Volatile.Write(ref _letters, letters);
    }

    public void Dispose() => _meter.Dispose();

    // Before it was counted there is nothing to tell, and 0 would be a claim.
    private static IEnumerable<Measurement<T>> Measure<T>(T? value)
        where T : struct => value is { } known ? [new Measurement<T>(known)] : [];
}

/// <summary>What waits in the outbox.</summary>
internal sealed record OutboxState(long Depth, TimeSpan Age);

/// <summary>What a consumer has parked of one kind, <c>failed</c> or <c>waiting</c>.</summary>
internal sealed record ParkedCount(string Consumer, string Kind, long Count);
