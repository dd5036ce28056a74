namespace Suite.Platform.Time;

/// <summary>Wakes the one who waits; set twice before it is waited for, it wakes once. A wake that gets lost costs a poll.</summary>
public sealed class WakeSignal : IDisposable
{
    private readonly SemaphoreSlim _set = new(0, 1);

    /// <summary>Wakes whoever waits, or whoever waits next.</summary>
    public void Set()
    {
        try
        {
            if (_set.CurrentCount == 0)
            {
                _set.Release();
            }
        }
        catch (SemaphoreFullException)
        {
            // Somebody was faster.
        }
    }

    /// <summary>Sets it after a while, unless the process is gone by then.</summary>
    public void SetAfter(TimeSpan delay) =>
        _ = Task.Delay(delay).ContinueWith(_ => Set(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);

    /// <summary>Waits until it is set, at most for <paramref name="most"/>, which is rounded up to milliseconds: who waits for what is due in half of one is not called too early.</summary>
    public Task WaitAsync(TimeSpan most, CancellationToken cancellationToken) =>
        _set.WaitAsync(TimeSpan.FromMilliseconds(Math.Ceiling(most.TotalMilliseconds)), cancellationToken);

    /// <summary>The same, by the clock of <paramref name="time"/>; returns as well when <paramref name="cancellationToken"/> fires.</summary>
    public async Task WaitAsync(TimeSpan most, TimeProvider time, CancellationToken cancellationToken)
    {
        if (most <= TimeSpan.Zero)
        {
            _set.Wait(0, CancellationToken.None);
            return;
        }

        using var over = new CancellationTokenSource(most, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(over.Token, cancellationToken);
        await _set.WaitAsync(either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <inheritdoc/>
    public void Dispose() => _set.Dispose();
}
