namespace Suite.Cli.Load;

/// <summary>How a load is driven.</summary>
internal sealed record LoadPlan
{
    /// <summary>What is called.</summary>
    public required LoadMix Mix { get; init; }

    /// <summary>Calls a second, each due at a time of its own whatever became of those before; null for callers that wait for their answers.</summary>
    public double? Rate { get; init; }

    /// <summary>How many calls run at once: exactly so many without a <see cref="Rate"/>, at most so many with one.</summary>
    public required int Callers { get; init; }

    /// <summary>How long it calls before it counts.</summary>
    public required TimeSpan Warmup { get; init; }

    /// <summary>How long it counts; <see cref="Timeout.InfiniteTimeSpan"/> for until it is stopped.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>When no more calls are made, from the start.</summary>
    public TimeSpan End => Duration == Timeout.InfiniteTimeSpan ? TimeSpan.MaxValue : Warmup + Duration;
}
