namespace Suite.Platform.Projections;

/// <summary>What a generation is made for; the numbers are those of the table.</summary>
internal enum GenerationPurpose : short
{
    /// <summary>To serve readers.</summary>
    Serve = 1,

    /// <summary>To be compared with the one that serves.</summary>
    Verify = 2,
}

/// <summary>How far a generation is; the numbers are those of the table.</summary>
internal enum GenerationState : short
{
    /// <summary>It is being made beside the one that serves.</summary>
    Building = 1,

    /// <summary>Readers see it.</summary>
    Serving = 2,

    /// <summary>Nobody needs it any more.</summary>
    Retired = 3,
}

/// <summary>One generation of a projection's documents.</summary>
internal sealed record ProjectionGeneration
{
    public required string Name { get; init; }

    public required long Generation { get; init; }

    public required int Version { get; init; }

    public required GenerationPurpose Purpose { get; init; }

    public required GenerationState State { get; init; }

    /// <summary>Whether the whole history was read into it.</summary>
    public required bool IsComplete { get; init; }

    /// <summary>How far each history was read, by its name; null at its end.</summary>
    public required IReadOnlyDictionary<string, string?> Cursors { get; init; }

    public required long ReadCount { get; init; }

    public required long TotalCount { get; init; }

    public required DateTimeOffset BeginTime { get; init; }

    public DateTimeOffset? EndTime { get; init; }

    /// <summary>What comparing it found.</summary>
    public Comparison? Comparison { get; init; }
}
