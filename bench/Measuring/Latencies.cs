using System.Diagnostics;

namespace Suite.Bench.Measuring;

/// <summary>How long each of many calls took.</summary>
internal sealed class Latencies
{
    private readonly double[] _sorted;

    /// <param name="milliseconds">In any order; at least one.</param>
    public Latencies(IEnumerable<double> milliseconds)
    {
        _sorted = [.. milliseconds.Order()];
        ArgumentOutOfRangeException.ThrowIfZero(_sorted.Length, nameof(milliseconds));
    }

    public int Count => _sorted.Length;

    public double P50 => Percentile(50);

    public double P99 => Percentile(99);

    public double Max => _sorted[^1];

    /// <param name="timestamps">Differences of <see cref="Stopwatch.GetTimestamp"/>; at least one.</param>
    public static Latencies OfTimestamps(IEnumerable<long> timestamps) =>
        new(timestamps.Select(t => t * 1000.0 / Stopwatch.Frequency));

    /// <summary>The smallest measured value that at least <paramref name="percent"/> % of all do not exceed (nearest rank).</summary>
    /// <param name="percent">More than 0, at most 100.</param>
    public double Percentile(double percent)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(percent);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(percent, 100);
        return _sorted[(int)Math.Ceiling(percent / 100 * _sorted.Length) - 1];
    }
}
