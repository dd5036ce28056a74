namespace Suite.Platform.Time;

/// <summary>Time as PostgreSQL can keep it.</summary>
public static class MicrosecondClock
{
    /// <summary>
    /// Now, in UTC, cut to microseconds: a <c>timestamptz</c> has no more, and what a call answers must equal what is read later.
    /// </summary>
    public static DateTimeOffset GetMicrosecondUtcNow(this TimeProvider time)
    {
        var now = time.GetUtcNow();
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
    }
}
