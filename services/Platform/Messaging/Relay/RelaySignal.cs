using Suite.Platform.Time;

namespace Suite.Platform.Messaging.Relay;

/// <summary>Tells the relay's loop that there is something to do. Signals that come while it works are one signal afterwards.</summary>
internal sealed class RelaySignal : IDisposable
{
    private readonly WakeSignal _pulse = new();
    private int _rows;

    /// <summary>Rows were committed.</summary>
    public void Wake()
    {
        Volatile.Write(ref _rows, 1);
        Pulse();
    }

    /// <summary>Something else changed, for example a page was acknowledged.</summary>
    public void Pulse() => _pulse.Set();

    /// <summary>Whether rows were committed since this was last asked.</summary>
    public bool TakeRows() => Interlocked.Exchange(ref _rows, 0) != 0;

    public void Dispose() => _pulse.Dispose();

    /// <summary>Waits for a signal, or until the time is over.</summary>
    public Task WaitAsync(TimeSpan most, CancellationToken cancellationToken) => _pulse.WaitAsync(WholeMilliseconds(most), cancellationToken);

    // A wait has no less; a part of one would be no wait, and the loop would spin until the rest of it is over.
    private static TimeSpan WholeMilliseconds(TimeSpan most) => TimeSpan.FromMilliseconds(Math.Ceiling(most.TotalMilliseconds));
}
