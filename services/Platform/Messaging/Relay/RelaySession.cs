using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Npgsql;
using Suite.Platform.Hosting;
using Suite.Platform.Messaging.Kafka;

namespace Suite.Platform.Messaging.Relay;

/// <summary>
/// One life of the relay, from a fresh producer and a fresh connection until one of them breaks. Pages are read ahead and sent
/// side by side; a shard's position moves when everything before it is acknowledged. No lock and no transaction is held while
/// the broker is waited for.
/// </summary>
internal sealed class RelaySession(
    Guid owner, NpgsqlDataSource dataSource, MessagingOptions options, RelaySignal signal, RelayPeers peers, KafkaClients clients,
    MessagingMetrics metrics, TimeProvider time, ILogger logger)
{
    private const int MostPages = 4;

    /// <summary>How long rows that come in while others are on the way wait for company, at most.</summary>
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan StoreAfter = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LookWhenTold = TimeSpan.FromMilliseconds(500);

    /// <summary>While there are other replicas that can not tell of what they commit.</summary>
    private static readonly TimeSpan LookUntold = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan TellAfter = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan CheckMemory = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan CheckAgain = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(5);

    private readonly ShardLeases _leases = new(dataSource, options);
    private readonly BrokerMemory _memory = new(dataSource);
    private readonly Queue<RelayPage> _pages = new();
    private readonly HashSet<short> _failed = [];
    private readonly Due _renew = new(time, options.Lease / 3);
    private readonly Due _look = new(time, LookWhenTold);
    private readonly Due _store = new(time, StoreAfter);
    private readonly Due _gather = new(time, Gather);
    private readonly Due _tell = new(time, TellAfter);
    private readonly Due _check = new(time, CheckMemory);

    private Task _checking = Task.CompletedTask;
    private List<ShardLease> _held = [];
    private int _replicas = 1;
    private bool _mustTell;
    private bool _isSpent;
    private string? _within;
    private IReadOnlyList<ShardLease> _withinShards = [];
    private long _afterId;

    private bool CanRead => _pages.Count < MostPages && _held.Count > 0 && !_memory.IsSuspect;

    /// <summary>
    /// A backlog is read ahead; what comes in by and by is the next page when the one before is through, so that a busy service is not
    /// read once a commit.
    /// </summary>
    private bool MayRead => CanRead && (_pages.Count == 0 || _within is not null || _gather.Left == TimeSpan.Zero);

    /// <summary>Relays until it is told to stop (then it drains and gives its shards back) or something breaks (then it throws).</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        await _memory.LoadAsync(stopping);
        await using var reader = await OutboxReader.OpenAsync(dataSource, stopping);
        using var producer = new RelayProducer(clients, options, time, _memory.Suspect);
        using var watcher = clients.Listener(_ => { }).Build();
        var publisher = new KeyOrderedPublisher(producer.Produce, _memory);
        _renew.Now();
        try
        {
            await LoopAsync(reader, producer, publisher, watcher, stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The way out is the same.
        }
        finally
        {
            await _checking;
        }

        if (_isSpent)
        {
            MessagingLog.ProducerSpent(logger);
            await StoreAsync(reader, CancellationToken.None);
            return;
        }

        if (_memory.IsLost)
        {
            MessagingLog.BrokerLostMemory(logger);
            clients.BeginAnew();
            await _memory.ForgetAsync(CancellationToken.None);
            return;
        }

        using var limit = new CancellationTokenSource(StopWithin, time);
        await DrainAsync(publisher, limit.Token);
        await StoreAsync(reader, limit.Token);
        await _leases.ReleaseAsync(owner, _held, limit.Token);
        await _leases.LeaveAsync(owner, limit.Token);
    }

    private async Task LoopAsync(
        OutboxReader reader, RelayProducer producer, KeyOrderedPublisher publisher, IConsumer<byte[], byte[]> watcher, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested && !_memory.IsLost && !_isSpent)
        {
            if (producer.Fatal is { } reason)
            {
                throw new InvalidOperationException($"The Kafka producer can not go on: {reason}");
            }

            if (_renew.Take())
            {
                await RenewAsync(reader, publisher, stopping);
            }

            Tell();
            await AdvanceAsync(publisher, stopping);
            ThrowIfSilent(publisher);
            if (_checking.IsCompleted && MustCheck())
            {
                _checking = Task.Run(() => CheckMemoryAsync(watcher), CancellationToken.None);
                _ = _checking.ContinueWith(_ => signal.Pulse(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            }

            if (_store.Take())
            {
                await StoreAsync(reader, CancellationToken.None);
            }

            var more = false;
            if (MayRead && (_within is not null || (signal.TakeRows() | _look.Take())))
            {
                more = await ReadAsync(reader, publisher);
            }

            if (!more || _pages.Count == MostPages)
            {
                await signal.WaitAsync(Shortest(), stopping);
            }
        }
    }

    /// <summary>The other replicas may have the shards of what was committed here; how often we look depends on whether they tell us.</summary>
    private void Tell()
    {
        _look.Every(_replicas > 1 && !peers.IsHeard ? LookUntold : LookWhenTold);
        _mustTell |= signal.TakeOwnRows() && _replicas > 1;
        if (_mustTell && _tell.Take())
        {
            _mustTell = false;
            peers.Tell();
        }
    }

    /// <returns>Whether another page is there already.</returns>
    private async Task<bool> ReadAsync(OutboxReader reader, KeyOrderedPublisher publisher)
    {
        var page = new RelayPage(_within is null ? [.. _held] : _withinShards, signal);
        var reading = _within is null
            ? await reader.ReadAsync(owner, page, CancellationToken.None)
            : await reader.ReadOnAsync(owner, page, _within, _afterId, CancellationToken.None);
        if (page.Shards.Any(s => !reading.Valid.Contains(s.Shard)))
        {
            // Somebody else has the shard now, or our lease ran out while we slept. Learn what is ours before sending on.
            _renew.Now();
            EndWindow();
            return false;
        }

        var snapshot = _within ?? reading.Snapshot;
        var active = page.Shards.Where(s => !reading.Waiting.Contains(s.Shard)).ToList();
        page.Shards = active;
        var full = page.Messages.Count == OutboxReader.PageSize;
        if (full)
        {
            _within = snapshot;
            _withinShards = active;
            _afterId = page.Messages[^1].Id;
        }
        else
        {
            EndWindow();
            foreach (var shard in active)
            {
                shard.Read = snapshot;
            }

            page.Completes = snapshot;
        }

        if (page.Messages.Count > 0 || _pages.Count > 0)
        {
            if (_pages.Count == 0)
            {
                publisher.Listen();
            }

            publisher.Send(page);
            _pages.Enqueue(page);
            _check.Later();
            _gather.Later();
        }
        else
        {
            foreach (var shard in active)
            {
                shard.Sent = snapshot;
            }
        }

        return full;
    }

    /// <summary>Moves the shards' positions over the pages that are through, in order.</summary>
    private async Task AdvanceAsync(KeyOrderedPublisher publisher, CancellationToken cancellationToken)
    {
        while (_pages.TryPeek(out var page) && page.IsDone)
        {
            _pages.Dequeue();
            foreach (var (shard, reason) in page.Failed)
            {
                // The client of Kafka gave up by itself. It may have been the broker; but a producer was seen that never got over an outage
                // of minutes, while a new one beside it sent. Another one costs little, and sends nothing before the broker answers.
                _isSpent |= reason == nameof(ErrorCode.Local_MsgTimedOut);
                if (_failed.Add(shard))
                {
                    MessagingLog.NotSent(logger, shard, reason);
                }
            }

            Advance(page);
        }

        if (_failed.Count > 0)
        {
            await DrainAsync(publisher, cancellationToken);
        }
    }

    private void Advance(RelayPage page)
    {
        page.CountInto(metrics);
        var told = page.Messages.Select(m => m.Row.Shard).ToHashSet();
        foreach (var shard in page.Shards.Where(s => !_failed.Contains(s.Shard)))
        {
            // A shard that had nothing to tell need not be stored: there is nothing to tell twice.
            shard.HasNews |= told.Contains(shard.Shard);
            shard.Sent = page.Completes ?? shard.Sent;
        }
    }

    /// <summary>Waits until nothing is on the way; shards that failed go back to where they were sent and wait their time.</summary>
    private async Task DrainAsync(KeyOrderedPublisher publisher, CancellationToken cancellationToken)
    {
        EndWindow();
        var renewed = false;
        // A page that is waited for stays among them: silence means something only while there is one.
        while (_pages.TryPeek(out var page))
        {
            while (!page.IsDone)
            {
                await signal.WaitAsync(TimeSpan.FromMilliseconds(50), cancellationToken);
                ThrowIfSilent(publisher);
                if (_renew.Take())
                {
                    // A broker that takes its time must not cost the leases. What else changed is looked at afterwards.
                    await _leases.RenewAsync(owner, cancellationToken);
                    renewed = true;
                }
            }

            _pages.Dequeue();
            _failed.UnionWith(page.Failed.Keys);
            Advance(page);
        }

        foreach (var shard in _held)
        {
            shard.Read = shard.Sent;
        }

        if (_failed.Count > 0)
        {
            await RelayBackoff.PutOffAsync(dataSource, [.. _held.Where(s => _failed.Contains(s.Shard))], cancellationToken);
            _failed.Clear();
        }

        publisher.Reset();
        _look.Now();
        if (renewed)
        {
            _renew.Now();
        }
    }

    /// <summary>Every message is answered, if only by the client's own limit. One that is not would be waited for as long as the process lives.</summary>
    private void ThrowIfSilent(KeyOrderedPublisher publisher)
    {
        if (_pages.Count > 0 && publisher.Silence > options.Silence)
        {
            throw new InvalidOperationException($"The Kafka producer has not answered for {options.Silence.TotalSeconds} s, with messages on the way.");
        }
    }

    private async Task RenewAsync(OutboxReader reader, KeyOrderedPublisher publisher, CancellationToken cancellationToken)
    {
        var (mine, replicas) = await _leases.RenewAsync(owner, cancellationToken);
        _replicas = replicas;
        if (replicas > 1)
        {
            peers.Listen();
        }

        var known = _held.ToDictionary(l => l.Shard);
        var next = mine.Select(l => known.TryGetValue(l.Shard, out var old) && old.Epoch == l.Epoch ? old : l).ToList();
        if (next.SequenceEqual(_held) && next.Count <= Part(replicas))
        {
            return;
        }

        await DrainAsync(publisher, cancellationToken);
        await StoreAsync(reader, cancellationToken);
        var surplus = next.Skip(Part(replicas)).ToList();
        if (surplus.Count > 0)
        {
            await _leases.ReleaseAsync(owner, surplus, cancellationToken);
            next.RemoveRange(Part(replicas), surplus.Count);
        }

        _held = next;
        MessagingLog.Shards(logger, _held.Count, replicas);
    }

    private async Task StoreAsync(OutboxReader reader, CancellationToken cancellationToken)
    {
        var news = _held.Where(l => l.HasNews && l.Sent != l.Stored).ToList();
        if (news.Count == 0)
        {
            return;
        }

        CrashPoints.Hit("relay.after-publish");
        await reader.StoreAsync(news, _memory.Offsets, cancellationToken);
        foreach (var lease in news)
        {
            lease.Stored = lease.Sent;
            lease.HasNews = false;
        }
    }

    private async Task CheckMemoryAsync(IConsumer<byte[], byte[]> watcher)
    {
        try
        {
            _memory.Check(partition => watcher.QueryWatermarkOffsets(partition, TimeSpan.FromSeconds(1)));
        }
        catch (KafkaException e)
        {
            // Not there at the moment is not the same as forgetful: asked again.
            MessagingLog.MemoryUnknown(logger, e.Error.Code);
            _memory.Suspect();
            await Task.Delay(CheckAgain, time);
        }
    }

    private bool MustCheck()
    {
        var isDue = _check.Take();
        return _memory.IsSuspect || (isDue && _pages.Count == 0);
    }

    private void EndWindow()
    {
        _within = null;
        _withinShards = [];
    }

    // What would not be done now is no reason to wake up: the loop would turn in circles until it may.
    private TimeSpan Shortest()
    {
        var store = _held.Any(l => l.HasNews) ? _store.Left : TimeSpan.MaxValue;
        var look = !CanRead ? TimeSpan.MaxValue : MayRead ? _look.Left : _gather.Left;
        var check = !_checking.IsCompleted ? TimeSpan.MaxValue : _memory.IsSuspect ? TimeSpan.Zero : _check.Left;
        var tell = _mustTell ? _tell.Left : TimeSpan.MaxValue;
        return new[] { _renew.Left, look, check, store, tell }.Min();
    }

    private static int Part(int replicas) => (Outbox.Shards + replicas - 1) / replicas;
}
