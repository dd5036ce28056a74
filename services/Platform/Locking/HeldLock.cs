using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Suite.Platform.Locking;

/// <summary>A lock in the hands of this process. Disposing gives it back.</summary>
public sealed class HeldLock : IAsyncDisposable
{
    private readonly LockKey _key;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _lost = new();
    private readonly CancellationTokenSource _released = new();
    private readonly ITimer _end;
    private readonly Task _extending;
    private int _disposed;

    internal HeldLock(LockKey key, long fencingToken, long begun, TimeProvider time, ILogger logger)
    {
        _key = key;
        _time = time;
        _logger = logger;
        FencingToken = fencingToken;
        Lost = _lost.Token;
        _end = time.CreateTimer(
            static state => ((HeldLock)state!).Lose("nobody could be asked for longer"), this, Left(begun), Timeout.InfiniteTimeSpan);
        _extending = ExtendAsync(begun);
    }

    /// <summary>What is locked.</summary>
    public string Name => _key.Name;

    /// <summary>Greater than that of every earlier holder; the guarded store checks it (<see cref="Fences"/>).</summary>
    public long FencingToken { get; }

    /// <summary>
    /// Fires before the lock can be another's, unless this process is paused; stop working then. It does not fire when the lock is given back.
    /// </summary>
    public CancellationToken Lost { get; }

    /// <summary>Gives the lock back, if it is still this one's. Never throws: it would be free after its lease in any case.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await _released.CancelAsync();
        await _end.DisposeAsync();
        await _extending;
        try
        {
            await _key.ReleaseAsync();
        }
        catch (Exception e) when (e is RedisException or TimeoutException or ObjectDisposedException)
        {
            LockingLog.NotGivenBack(_logger, Name, _key.Lease.TotalSeconds);
        }

        _released.Dispose();
        _lost.Dispose();
    }

    /// <summary>The time after which the lock counts as lost: a tenth before its lease is over, for clocks that run apart.</summary>
    private TimeSpan Left(long begun)
    {
        var left = (_key.Lease * 0.9) - _time.GetElapsedTime(begun);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private async Task ExtendAsync(long begun)
    {
        var pause = _key.Lease / 3;
        try
        {
            while (!Lost.IsCancellationRequested)
            {
                await Task.Delay(pause, _time, _released.Token);
                pause = await TryExtendAsync() ? _key.Lease / 3 : _key.Lease / 10;
            }
        }
        catch (OperationCanceledException) when (_released.IsCancellationRequested)
        {
        }
    }

    private async Task<bool> TryExtendAsync()
    {
        var begun = _time.GetTimestamp();
        try
        {
            if (await _key.ExtendAsync().WaitAsync(_released.Token))
            {
                // What was lost stays lost, though it may be ours again by chance: its holder was told.
                _end.Change(Left(begun), Timeout.InfiniteTimeSpan);
                return true;
            }

            Lose("another has it, or Redis was emptied");
        }
        catch (Exception e) when (e is RedisException or TimeoutException)
        {
            // Tried again until the end of the lease.
        }

        return false;
    }

    private void Lose(string why)
    {
        if (!Lost.IsCancellationRequested && Volatile.Read(ref _disposed) == 0)
        {
            LockingLog.Lost(_logger, Name, why);
            _lost.Cancel();
        }
    }
}
