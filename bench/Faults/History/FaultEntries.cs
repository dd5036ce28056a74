namespace Suite.Faults.History;

/// <summary>The plan says that a fault is to fire.</summary>
internal sealed record FaultPlanned : Entry
{
    /// <summary>Names it in this run: one planned fault, one or more that fired.</summary>
    public required string Fault { get; init; }

    /// <summary>For example <c>kill</c> or <c>lose-replies</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>For example <c>order-1</c> or <c>payment-2/postgres</c>.</summary>
    public required string Target { get; init; }
}

/// <summary>A fault fired.</summary>
internal sealed record FaultFired : Entry
{
    /// <summary>The planned one; see <see cref="FaultPlanned.Fault"/>.</summary>
    public required string Fault { get; init; }

    public required string Kind { get; init; }

    public required string Target { get; init; }

    /// <summary>When it began; <see cref="Entry.At"/> is when it was over.</summary>
    public required TimeSpan Start { get; init; }

    /// <summary>How often it really hit something: connections cut, replies lost, processes killed, keys flushed. 0 is a fault that did not fire.</summary>
    public required long Hits { get; init; }

    /// <summary>What shows it, for example <c>pid 4711 killed</c>.</summary>
    public string Evidence { get; init; } = string.Empty;
}
