using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Suite.Platform.Messaging.Kafka;

namespace Suite.Platform.Messaging.Inbox;

/// <summary>
/// One life of a consumer: takes what is there, applies it, and only then lets the offsets go, for partitions it still owns.
/// While the database is away it pauses and stays in its group.
/// </summary>
internal sealed class TopicConsumer : IDisposable
{
    private const int MostMessages = 1000;
    private const int MostAttempts = 5;

    private static readonly TimeSpan Idle = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    private readonly IMessageApplier _applier;
    private readonly MessagingMetrics _metrics;
    private readonly ILogger _logger;
    private readonly KafkaClients _clients;
    private readonly int _brokers;
    private readonly IConsumer<byte[], byte[]> _consumer;
    private readonly List<ReceivedMessage> _received = [];

    /// <summary>The first offset of each partition that is not applied.</summary>
    private readonly Dictionary<TopicPartition, long> _next = [];

    /// <summary>Until when everything of each is applied: when the last one was told that was applied, or the first one that came.</summary>
    private readonly Dictionary<TopicPartition, DateTimeOffset> _appliedTime = [];
    private List<TopicPartition> _paused = [];
    private volatile string? _fatal;
    private long _measuredAt;

    public TopicConsumer(IMessageApplier applier, KafkaClients clients, MessagingMetrics metrics, ILogger logger)
    {
        _applier = applier;
        _clients = clients;
        _brokers = clients.Brokers;
        _metrics = metrics;
        _logger = logger;
        _consumer = clients.GroupConsumer(applier.Consumer, error => _fatal = error.Reason)
            .SetPartitionsRevokedHandler((_, gone) => Drop(gone.Select(p => p.TopicPartition)))
            .SetPartitionsLostHandler((_, gone) => Drop(gone.Select(p => p.TopicPartition)))
            .Build();
    }

    /// <summary>
    /// Consumes on the calling thread until it is told to stop, or the broker turns out to have forgotten everything; then commits and leaves the
    /// group.
    /// </summary>
    public void Run(CancellationToken stopping)
    {
        _consumer.Subscribe(_applier.Topics);
        try
        {
            while (!stopping.IsCancellationRequested && _clients.Brokers == _brokers)
            {
                if (_fatal is { } reason)
                {
                    throw new InvalidOperationException($"The Kafka consumer can not go on: {reason}");
                }

                Receive(Idle);
                Measure();
                if (_received.Count > 0)
                {
                    var batch = _received.ToArray();
                    _received.Clear();
                    if (Apply(batch, stopping))
                    {
                        Store(batch);
                    }
                }
            }
        }
        finally
        {
            // Commits what is stored and says goodbye, so that the partitions move at once.
            _consumer.Close();
        }
    }

    public void Dispose() => _consumer.Dispose();

    private void Receive(TimeSpan wait)
    {
        while (_received.Count < MostMessages && Consume(wait) is { } result)
        {
            Take(result);
            wait = TimeSpan.Zero;
        }
    }

    private void Take(ConsumeResult<byte[], byte[]> result)
    {
        var message = CloudEvent.Read(result, out var problem);
        _received.Add(new ReceivedMessage(message, result.TopicPartitionOffset, problem));
        if (_next.TryAdd(result.TopicPartition, result.Offset.Value))
        {
            _appliedTime[result.TopicPartition] = message.Time;
        }
    }

    private ConsumeResult<byte[], byte[]>? Consume(TimeSpan wait)
    {
        try
        {
            return _consumer.Consume(wait) is { IsPartitionEOF: false } result ? result : null;
        }
        catch (ConsumeException e) when (!e.Error.IsFatal)
        {
            // A topic that is not there yet, a broker that is away: the client goes on by itself.
            MessagingLog.KafkaTrouble(_logger, e.Error.Code, e.Error.Reason);
            return null;
        }
    }

    /// <summary>Applies messages in order, narrowing a failure down to the message that fails. False when told to stop first.</summary>
    private bool Apply(ReceivedMessage[] batch, CancellationToken stopping)
    {
        for (var attempt = 1; !stopping.IsCancellationRequested; attempt++)
        {
            try
            {
                // What is begun is finished, also when the service stops; the statement time limits end it.
                _applier.ApplyAsync(batch, CancellationToken.None).GetAwaiter().GetResult();
                return true;
            }
            catch (Exception e) when (PassingFault.Is(e))
            {
                PutOff(batch.Length, PassingFault.Reason(e), attempt, stopping);
            }
            catch (Exception) when (batch.Length > 1)
            {
                var half = batch.Length / 2;
                return Apply(batch[..half], stopping) && Apply(batch[half..], stopping);
            }
            catch (Exception e)
            {
                if (e is PoisonMessageException || attempt >= MostAttempts)
                {
                    return PutAside(batch[0].Message, e, attempt, stopping);
                }

                PutOff(1, PassingFault.Reason(e), attempt, stopping);
            }
        }

        return false;
    }

    private bool PutAside(IncomingMessage message, Exception cause, int attempts, CancellationToken stopping)
    {
        for (var attempt = 1; !stopping.IsCancellationRequested; attempt++)
        {
            try
            {
                _applier.PutAsideAsync(message, cause, attempts, CancellationToken.None).GetAwaiter().GetResult();
                return true;
            }
            catch (Exception e) when (PassingFault.Is(e))
            {
                PutOff(1, PassingFault.Reason(e), attempt, stopping);
            }
        }

        return false;
    }

    /// <summary>Waits, growing and jittered, without leaving the group: partitions are paused and the client is still polled.</summary>
    private void PutOff(int count, string reason, int attempt, CancellationToken stopping)
    {
        var most = Math.Min(LongestWait.TotalMilliseconds, 50 * Math.Pow(2, Math.Min(attempt, 10)));
        var wait = TimeSpan.FromMilliseconds(most * (0.5 + (Random.Shared.NextDouble() / 2)));
        MessagingLog.ApplyPutOff(_logger, _applier.Consumer, count, reason, wait);
        var until = Environment.TickCount64 + (long)wait.TotalMilliseconds;
        _paused = _consumer.Assignment;
        _consumer.Pause(_paused);
        while (Environment.TickCount64 < until && !stopping.IsCancellationRequested)
        {
            // Only partitions that were assigned in the meantime can deliver something.
            if (Consume(TimeSpan.FromMilliseconds(20)) is { } result)
            {
                Take(result);
            }

            Measure();
        }

        _consumer.Resume(_paused.Intersect(_consumer.Assignment));
        _paused = [];
    }

    private void Store(ReceivedMessage[] batch)
    {
        var owned = _consumer.Assignment.ToHashSet();
        foreach (var partition in batch.GroupBy(m => m.Place.TopicPartition).Where(g => owned.Contains(g.Key)))
        {
            try
            {
                var next = partition.Max(m => m.Place.Offset.Value) + 1;
                _next[partition.Key] = next;
                _appliedTime[partition.Key] = partition.Max(m => m.Message.Time);
                _consumer.StoreOffset(new TopicPartitionOffset(partition.Key, next));
            }
            catch (KafkaException e)
            {
                // Taken away between the two lines: its new owner gets these again, and the inbox knows them.
                MessagingLog.KafkaTrouble(_logger, e.Error.Code, e.Error.Reason);
            }
        }
    }

    /// <summary>Tells once a second how far behind the ends of its partitions it is, from what the client knows of them without asking.</summary>
    private void Measure()
    {
        if (Environment.TickCount64 - _measuredAt < 1000)
        {
            return;
        }

        _measuredAt = Environment.TickCount64;
        var now = DateTimeOffset.UtcNow;
        var isKnown = true;
        DateTimeOffset? asOf = null;
        var assigned = _consumer.Assignment;
        foreach (var partition in assigned)
        {
            var end = _consumer.GetWatermarkOffsets(partition).High;
            if (end.IsSpecial)
            {
                isKnown = false;
                continue;
            }

            // Whoever got nothing so far is at the end: what there is comes at once.
            var behind = _next.TryGetValue(partition, out var next) ? end.Value - next : 0;
            _metrics.Behind(_applier.Consumer, partition.Topic, partition.Partition.Value, behind);
            var reached = behind <= 0 ? now : _appliedTime[partition];
            asOf = asOf < reached ? asOf : reached;
        }

        if (isKnown)
        {
            _applier.Reached(asOf);
        }
    }

    private void Drop(IEnumerable<TopicPartition> gone)
    {
        var partitions = gone.ToHashSet();
        _received.RemoveAll(m => partitions.Contains(m.Place.TopicPartition));
        foreach (var partition in partitions)
        {
            _next.Remove(partition);
            _appliedTime.Remove(partition);
            _metrics.Gone(_applier.Consumer, partition.Topic, partition.Partition.Value);
        }

        // The client keeps a partition's pause over its leaving: should it come back, nobody would ever resume it.
        if (_paused.Where(partitions.Contains).ToList() is { Count: > 0 } paused)
        {
            _consumer.Resume(paused);
        }
    }
}
