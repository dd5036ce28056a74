using System.Buffers.Binary;

namespace Suite.Payments.Reconciliation;

/// <summary>A period of time, in UTC: from a moment on, until before another.</summary>
internal readonly record struct Period(DateTimeOffset From, DateTimeOffset Until)
{
    // Clocks of replicas, and of a provider, differ by less; ids have milliseconds, times microseconds.
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(5);

    /// <summary>An id that is less than those made in this period (UUIDv7 begin with their time).</summary>
    public Guid FirstId => IdAt(From - Skew);

    /// <summary>An id that is greater than those made in this period.</summary>
    public Guid LastId => IdAt(Until + Skew);

    /// <summary>The same with room for clocks that differ.</summary>
    public Period Wider => new(From - Skew, Until + Skew);

    /// <summary>Joins periods that meet, or nearly so.</summary>
    public static IReadOnlyList<Period> Join(IEnumerable<Period> periods)
    {
        var joined = new List<Period>();
        foreach (var period in periods.OrderBy(s => s.From))
        {
            if (joined.Count > 0 && period.From <= joined[^1].Until + Skew)
            {
                joined[^1] = joined[^1] with { Until = period.Until > joined[^1].Until ? period.Until : joined[^1].Until };
            }
            else
            {
                joined.Add(period);
            }
        }

        return joined;
    }

    private static Guid IdAt(DateTimeOffset time)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, (ulong)Math.Max(0, time.ToUnixTimeMilliseconds()) << 16);
        return new Guid(bytes, bigEndian: true);
    }
}
