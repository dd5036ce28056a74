using Suite.Platform.Time;

namespace Suite.Platform.Messaging.Relay;

/// <summary>Tells the relay's loop that there is something to do. Signals that come while it works are one signal afterwards.</summary>
internal sealed class RelaySignal : IDisposable
{
    private readonly WakeSignal _pulse = new();
    private int _rows;
    private int _own;

    /// <summary>Rows were committed by this process.</summary>
    public void Wake()
    {
        Volatile.Write(ref _own, 1);
        Hear();
    }

    /// <summary>Rows were committed somewhere.</summary>
    public void Hear()
    {
        Volatile.Write(ref _rows, 1);
        Pulse();
    }

    /// <summary>Something else changed, for example a page was acknowledged.</summary>
    public void Pulse() => _pulse.Set();

    /// <summary>Whether rows were committed since this was last asked.</summary>
    public bool TakeRows() => Interlocked.Exchange(ref _rows, 0) != 0;

    /// <summary>Whether this process committed rows since this was last asked.</summary>
    public bool TakeOwnRows() => Interlocked.Exchange(ref _own, 0) != 0;

    public void Dispose() => _pulse.Dispose();

    /// <summary>Waits for a signal, or until the time is over.</summary>
    public Task WaitAsync(TimeSpan most, CancellationToken cancellationToken) => _pulse.WaitAsync(WholeMilliseconds(most), cancellationToken);

    // A wait has no less; a part of one would be no wait, and the loop would spin until the rest of it is over.
    private static TimeSpan WholeMilliseconds(TimeSpan most) => TimeSpan.FromMilliseconds(Math.Ceiling(most.TotalMilliseconds));
}
