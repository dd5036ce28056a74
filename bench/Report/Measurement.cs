using Suite.Bench.Measuring;

namespace Suite.Bench.Report;

/// <summary>One result.</summary>
/// <param name="What">What was measured, for people.</param>
/// <param name="Value">How much.</param>
/// <param name="Unit">Of what: <c>/s</c>, <c>ms</c>, <c>s</c> or <c>MiB</c>.</param>
internal sealed record Measurement(string What, double Value, string Unit)
{
    /// <summary>The yardstick of the same run.</summary>
    public Comparison? Against { get; init; }

    /// <summary>What the design asks for.</summary>
    public Target? Target { get; init; }

    /// <summary>More about it, by name; the unit is part of the name.</summary>
    public IReadOnlyDictionary<string, double> Details { get; init; } = new Dictionary<string, double>();

    /// <summary>Whether the target is met; null without one.</summary>
    public bool? IsMet => Target is null ? null : Target.IsMetBy(Target.OfRatio ? Against!.Ratio : Value);

    public static Measurement PerSecond(string what, string yardstick, PairedRatio pairs) => new(what, pairs.Ours, "/s")
    {
        Against = new Comparison(yardstick, pairs.Theirs, pairs.Ratio, pairs.Lowest, pairs.Highest),
    };
}

/// <param name="With">The yardstick.</param>
/// <param name="Value">Its value, in the unit of the measurement.</param>
/// <param name="Ratio">Measured by yardstick: the median of the pairs.</param>
/// <param name="Lowest">The lowest of the pairs.</param>
/// <param name="Highest">The highest of the pairs.</param>
internal sealed record Comparison(string With, double Value, double Ratio, double Lowest, double Highest);

/// <param name="Bound">The bound itself is met.</param>
/// <param name="IsLeast">Whether more is better.</param>
/// <param name="OfRatio">Whether it speaks of the ratio, or of the value.</param>
internal sealed record Target(double Bound, bool IsLeast, bool OfRatio)
{
    public static Target RatioAtLeast(double bound) => new(bound, true, true);

    public static Target RatioAtMost(double bound) => new(bound, false, true);

    /// <summary>In the unit of the measurement.</summary>
    public static Target AtMost(double bound) => new(bound, false, false);

    public bool IsMetBy(double value) => IsLeast ? value >= Bound : value <= Bound;
}

/// <summary>What one part of the bench found, and how to have it again.</summary>
/// <param name="Name">As <c>--only</c> takes it.</param>
/// <param name="Title">For people: what is compared with what.</param>
/// <param name="Commands">What was run, in the terms of a shell.</param>
/// <param name="Measurements">The results.</param>
internal sealed record PartResult(string Name, string Title, IReadOnlyList<string> Commands, IReadOnlyList<Measurement> Measurements);
