using System.Numerics;

namespace Suite.Cli.Load;

/// <summary>
/// How long calls took, in bounded memory and without a lock: buckets as HdrHistogram has them, exact to the microsecond up to
/// 256 µs and to less than 1 % above. Up to 19 hours; what takes longer counts as that.
/// </summary>
internal sealed class LatencyHistogram
{
    // Values of up to 2^8 have a bucket each; every doubling from there on has 2^7.
    private const int HalfBits = 7;
    private const int Exact = 2 << HalfBits;
    private const long Most = (1L << 36) - 1;

    private readonly long[] _buckets = new long[IndexOf(Most) + 1];
    private long _max;

    /// <summary>How many calls.</summary>
    public long Count => _buckets.Sum();

    /// <summary>The longest, exactly.</summary>
    public TimeSpan Max => TimeSpan.FromMicroseconds(Volatile.Read(ref _max));

    /// <summary>Adds a call; for any number of callers at once.</summary>
    public void Record(TimeSpan latency)
    {
        var micros = Math.Clamp(latency.Ticks / TimeSpan.TicksPerMicrosecond, 0, Most);
        Interlocked.Increment(ref _buckets[IndexOf(micros)]);
        RaiseMax(micros);
    }

    /// <summary>Adds all of another's.</summary>
    public void Add(LatencyHistogram other)
    {
        for (var i = 0; i < _buckets.Length; i++)
        {
            Interlocked.Add(ref _buckets[i], Volatile.Read(ref other._buckets[i]));
        }

        RaiseMax(Volatile.Read(ref other._max));
    }

    /// <summary>What at least <paramref name="percent"/> % of the calls did not exceed (nearest rank), rounded up to the end of its bucket; zero without calls.</summary>
    /// <param name="percent">More than 0, at most 100.</param>
    public TimeSpan Percentile(double percent)
    {
        var rank = (long)Math.Ceiling(percent / 100 * Count);
        var seen = 0L;
        for (var i = 0; i < _buckets.Length && rank > 0; i++)
        {
            seen += Volatile.Read(ref _buckets[i]);
            if (seen >= rank)
            {
                return TimeSpan.FromMicroseconds(Math.Min(LastOf(i), Volatile.Read(ref _max)));
            }
        }

        return TimeSpan.Zero;
    }

    private static int IndexOf(long micros)
    {
        if (micros < Exact)
        {
            return (int)micros;
        }

        var doublings = BitOperations.Log2((ulong)micros) - HalfBits;
        return (doublings << HalfBits) + (int)(micros >> doublings);
    }

    private static long LastOf(int index)
    {
        if (index < Exact)
        {
            return index;
        }

        var doublings = (index >> HalfBits) - 1;
        return ((long)(index - (doublings << HalfBits) + 1) << doublings) - 1;
    }

    private void RaiseMax(long micros)
    {
        for (var seen = Volatile.Read(ref _max); micros > seen;)
        {
            var before = Interlocked.CompareExchange(ref _max, micros, seen);
            if (before == seen)
            {
                return;
            }

            seen = before;
        }
    }
}
