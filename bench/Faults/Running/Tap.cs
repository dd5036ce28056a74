using Confluent.Kafka;
using Suite.Faults.History;
using Suite.Local.Kafka;

namespace Suite.Faults.Running;

/// <summary>Reads every topic from its beginning, past all services, for as long as the run lasts.</summary>
internal sealed class Tap : IAsyncDisposable
{
    private static readonly TimeSpan s_quiet = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_ask = TimeSpan.FromSeconds(2);

    private readonly RunHistory _history;
    private readonly int _life;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Dictionary<TopicPartition, Offset> _next = [];
    private readonly Task _reading;
    private long _atEnd;

    /// <param name="broker">Which broker.</param>
    /// <param name="life">See <see cref="EventSeen.BrokerLife"/>.</param>
    /// <param name="history">Where each message is put down.</param>
    public Tap(KafkaBroker broker, int life, RunHistory history)
    {
        (Broker, _life, _history) = (broker, life, history);
        _reading = Task.Factory.StartNew(Read, TaskCreationOptions.LongRunning);
    }

    /// <summary>Which broker is read.</summary>
    public KafkaBroker Broker { get; }

    /// <summary>Completes when everything that the topics hold by now has been read.</summary>
    /// <exception cref="TimeoutException">It is not read within <paramref name="bound"/>.</exception>
    public async Task AtEndAsync(TimeSpan bound, CancellationToken cancellationToken)
    {
        // The next look at the ends may have begun before the call; the one after it has not.
        var (began, enough) = (_history.Now, Interlocked.Read(ref _atEnd) + 2);
        while (Interlocked.Read(ref _atEnd) < enough)
        {
            if (_history.Now - began > bound)
            {
                throw new TimeoutException($"The topics were not read to their ends within {bound.TotalSeconds:0} s.");
            }

            await Task.WhenAny(_reading, Task.Delay(100, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
            if (_reading.IsFaulted)
            {
                await _reading;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _reading;
        _stopping.Dispose();
    }

    /// <summary>Reads with one client after another: one whose broker was killed may fetch nothing any more and say nothing of it.</summary>
    private void Read()
    {
        while (!_stopping.IsCancellationRequested)
        {
            using var consumer = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig
            {
                BootstrapServers = Broker.BootstrapServers,
                GroupId = "faults-tap",
                EnableAutoCommit = false,
                AutoOffsetReset = AutoOffsetReset.Earliest,
                ReconnectBackoffMaxMs = 1000,
            }).SetLogHandler(static (_, _) => { }).SetErrorHandler(static (_, _) => { }).Build();
            if (Assign(consumer))
            {
                ReadWhileItComes(consumer);
            }
        }
    }

    private void ReadWhileItComes(IConsumer<byte[], byte[]> consumer)
    {
        var last = _history.Now;
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                if (consumer.Consume(TimeSpan.FromMilliseconds(200)) is { Message: not null } result)
                {
                    _next[result.TopicPartition] = result.Offset + 1;
                    _history.Add(EventReading.Read(result, _history.Now, _life));
                    last = _history.Now;
                }
            }
            catch (ConsumeException)
            {
                // The broker is away, or it forgot where we were; it comes back.
            }

            if (_history.Now - last > s_quiet)
            {
                if (!IsAtEnd(consumer))
                {
                    return;
                }

                Interlocked.Increment(ref _atEnd);
                last = _history.Now;
            }
        }
    }

    private bool IsAtEnd(IConsumer<byte[], byte[]> consumer)
    {
        try
        {
            return _next.All(read => consumer.QueryWatermarkOffsets(read.Key, s_ask) is var ends && (ends.High <= ends.Low || read.Value >= ends.High));
        }
        catch (KafkaException)
        {
            return false;
        }
    }

    private bool Assign(IConsumer<byte[], byte[]> consumer)
    {
        using var admin = new DependentAdminClientBuilder(consumer.Handle).Build();
        try
        {
            var partitions = KafkaBroker.Topics
                .SelectMany(topic => admin.GetMetadata(topic, s_ask).Topics)
                .Where(topic => topic.Error.Code == ErrorCode.NoError)
                .SelectMany(topic => topic.Partitions.Select(partition => new TopicPartition(topic.Topic, partition.PartitionId)))
                .ToList();
            if (partitions.DistinctBy(partition => partition.Topic).Count() == KafkaBroker.Topics.Count)
            {
                partitions.ForEach(partition => _next.TryAdd(partition, Offset.Beginning));
                consumer.Assign(partitions.Select(partition => new TopicPartitionOffset(partition, _next[partition])));
                return true;
            }
        }
        catch (KafkaException)
        {
            // Not there yet.
        }

        _stopping.Token.WaitHandle.WaitOne(100);
        return false;
    }
}
