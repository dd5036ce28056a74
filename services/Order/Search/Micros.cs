namespace Suite.Orders.Search;

/// <summary>Times as an index holds them: microseconds since 1970, UTC.</summary>
internal static class Micros
{
    /// <summary>How many a day has.</summary>
    public const long PerDay = TimeSpan.TicksPerDay / TimeSpan.TicksPerMicrosecond;

    /// <summary>A time.</summary>
    public static long Of(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
}
