namespace Suite.Platform.Messaging.Relay;

/// <summary>Something that is due again and again.</summary>
internal sealed class Due(TimeProvider time, TimeSpan every)
{
    private TimeSpan _every = every;
    private long _last = time.GetTimestamp();
    private bool _now;

    /// <summary>How long until it is due.</summary>
    public TimeSpan Left
    {
        get
        {
            var left = _now ? TimeSpan.Zero : _every - time.GetElapsedTime(_last);
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    /// <summary>Whether it is due; if so, the next time is counted from now.</summary>
    public bool Take()
    {
        if (Left > TimeSpan.Zero)
        {
            return false;
        }

        Later();
        return true;
    }

    /// <summary>Makes it due at once.</summary>
    public void Now() => _now = true;

    /// <summary>Counts the next time from now.</summary>
    public void Later()
    {
        _now = false;
        _last = time.GetTimestamp();
    }

    /// <summary>Changes how often it is due.</summary>
    public void Every(TimeSpan every) => _every = every;
}
