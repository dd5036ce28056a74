namespace Suite.Platform.Messaging.Relay;

/// <summary>Tells the relay's loop that there is something to do. Signals that come while it works are one signal afterwards.</summary>
internal sealed class RelaySignal : IDisposable
{
    private readonly SemaphoreSlim _pulse = new(0, 1);
    private int _rows;

    /// <summary>Rows were committed.</summary>
    public void Wake()
    {
        Volatile.Write(ref _rows, 1);
        Pulse();
    }

    /// <summary>Something else changed, for example a page was acknowledged.</summary>
    public void Pulse()
    {
        try
        {
            if (_pulse.CurrentCount == 0)
            {
                _pulse.Release();
            }
        }
        catch (SemaphoreFullException)
        {
            // Somebody was faster; one pulse is enough.
        }
    }

    /// <summary>Whether rows were committed since this was last asked.</summary>
    public bool TakeRows() => Interlocked.Exchange(ref _rows, 0) != 0;

    public void Dispose() => _pulse.Dispose();

    /// <summary>Waits for a signal, or until the time is over.</summary>
    public Task WaitAsync(TimeSpan most, CancellationToken cancellationToken) => _pulse.WaitAsync(most, cancellationToken);
}
