using Npgsql;

namespace Suite.Payments.Storage;

/// <summary>
/// Writes what arrives together with one statement: one writer, no waiting for company; what came in while the last
/// statement ran is the next batch.
/// </summary>
/// <param name="write">Writes a batch, all or nothing, and returns a result for each item, in order.</param>
/// <param name="key">Items of one key are never in one batch.</param>
/// <param name="most">The most items of a batch.</param>
internal sealed class GroupCommit<TItem, TResult>(
    Func<IReadOnlyList<TItem>, Task<IReadOnlyList<TResult>>> write, Func<TItem, object> key, int most = 256)
{
    private readonly Lock _lock = new();
    private List<Waiting> _queue = [];
    private bool _writing;

    /// <summary>Completes when the item is durable, or fails with what its statement failed with.</summary>
    public Task<TResult> WriteAsync(TItem item)
    {
        var waiting = new Waiting(item);
        lock (_lock)
        {
            _queue.Add(waiting);
            if (_writing)
            {
                return waiting.Done.Task;
            }

            _writing = true;
        }

        // Not in the context of whoever happened to come first: the batch is not part of that one's trace.
        ThreadPool.UnsafeQueueUserWorkItem(static self => _ = self.DrainAsync(), this, preferLocal: false);
        return waiting.Done.Task;
    }

    private async Task DrainAsync()
    {
        while (Take() is { Count: > 0 } batch)
        {
            await WriteBatchAsync(batch);
        }
    }

    private List<Waiting> Take()
    {
        lock (_lock)
        {
            var batch = new List<Waiting>(Math.Min(_queue.Count, most));
            var later = new List<Waiting>();
            var keys = new HashSet<object>();
            foreach (var waiting in _queue)
            {
                (batch.Count < most && keys.Add(key(waiting.Item)) ? batch : later).Add(waiting);
            }

            _queue = later;
            _writing = batch.Count > 0;
            return batch;
        }
    }

    private async Task WriteBatchAsync(List<Waiting> batch)
    {
        try
        {
            var results = await write(batch.ConvertAll(waiting => waiting.Item));
            for (var i = 0; i < batch.Count; i++)
            {
                batch[i].Done.SetResult(results[i]);
            }
        }
        catch (PostgresException e) when (!e.IsTransient && batch.Count > 1)
        {
            // One bad row must not fail its neighbours.
            foreach (var waiting in batch)
            {
                await WriteBatchAsync([waiting]);
            }
        }
#pragma warning disable CA1031 // Whatever it is, it belongs to those who wait for the write.
        catch (Exception e)
#pragma warning restore CA1031
        {
            foreach (var waiting in batch)
            {
                waiting.Done.TrySetException(e);
            }
        }
    }

    private sealed class Waiting(TItem item)
    {
        public TItem Item { get; } = item;

        public TaskCompletionSource<TResult> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
