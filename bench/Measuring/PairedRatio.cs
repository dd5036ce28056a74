namespace Suite.Bench.Measuring;

/// <summary>
/// Two things measured by turns. Each pair was measured back to back and gives one ratio, so that a machine that grows slower
/// or faster meanwhile slows both; the result is the median of the pairs, and their spread says how much to believe it.
/// </summary>
internal sealed class PairedRatio
{
    private readonly List<(double Ours, double Theirs)> _pairs = [];

    public double Ours => Median(_pairs.Select(p => p.Ours));

    public double Theirs => Median(_pairs.Select(p => p.Theirs));

    public double Ratio => Median(_pairs.Select(Of));

    public double Lowest => _pairs.Min(Of);

    public double Highest => _pairs.Max(Of);

    public IReadOnlyList<(double Ours, double Theirs)> Pairs => _pairs;

    public void Add(double ours, double theirs)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(ours);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(theirs);
        _pairs.Add((ours, theirs));
    }

    /// <summary>The middle of at least one value; of an even number, the mean of the two in the middle.</summary>
    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        ArgumentOutOfRangeException.ThrowIfZero(sorted.Length, nameof(values));
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }

    private static double Of((double Ours, double Theirs) pair) => pair.Ours / pair.Theirs;
}
