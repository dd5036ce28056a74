namespace Suite.Faults.History;

/// <summary>A run began.</summary>
internal sealed record RunBegan : Entry
{
    public required long Seed { get; init; }

    /// <summary>When, by the clock on the wall.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The options, as given and derived.</summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } = new Dictionary<string, string>();
}

/// <summary>What a run does from now on.</summary>
internal enum Phase
{
    /// <summary>Customers and products are made.</summary>
    Begin = 1,

    /// <summary>Load and faults.</summary>
    Faults = 2,

    /// <summary>Neither; what was begun is finished.</summary>
    Drain = 3,

    /// <summary>Everything is read.</summary>
    Read = 4,
}

/// <summary>A phase began.</summary>
internal sealed record PhaseBegan : Entry
{
    public required Phase Phase { get; init; }
}

/// <summary>How much memory a process had.</summary>
internal sealed record MemorySample : Entry
{
    /// <summary>The replica, for example <c>order-1</c>.</summary>
    public required string Replica { get; init; }

    public required int ProcessId { get; init; }

    /// <summary>Its resident set.</summary>
    public required long Bytes { get; init; }
}

/// <summary>What was still open when the drain phase ended; <see cref="Entry.At"/> is when that was.</summary>
internal sealed record Drained : Entry
{
    /// <summary>When faults and load ended.</summary>
    public required TimeSpan Start { get; init; }

    /// <summary>How long it may take.</summary>
    public required TimeSpan Bound { get; init; }

    /// <summary>What is still open: <c>outbox of order</c>, <c>lag of payment</c>, <c>pending orders</c>, <c>open steps</c>, <c>parked messages</c>,
    /// <c>webhooks of the provider</c> (<see cref="ProviderReading.CountUntoldAsync"/>), and how many. Those with 0 may be there.</summary>
    public required IReadOnlyDictionary<string, long> Open { get; init; }
}

/// <summary>What ProjectionService said of documents that it compared with the record, when nothing moved.</summary>
internal sealed record Compared : Entry
{
    /// <summary>For example <c>projections/timelines</c>.</summary>
    public required string Projection { get; init; }

    public required long DocumentCount { get; init; }

    public required long DifferenceCount { get; init; }

    /// <summary>The first of the differences.</summary>
    public required IReadOnlyList<string> Differences { get; init; }
}

/// <summary>
/// Everything that the public API lists at the end, when nothing moves: whoever reads it does so until two readings of the balances, before
/// and after the rest, agree.
/// </summary>
internal sealed record FinalState : Entry
{
    public required IReadOnlyList<UserFacts> Users { get; init; }

    /// <summary>The names of products.</summary>
    public required IReadOnlyList<string> Products { get; init; }

    public required IReadOnlyList<OrderFacts> Orders { get; init; }

    /// <summary>Payments with their steps (GetPayment).</summary>
    public required IReadOnlyList<PaymentFacts> Payments { get; init; }

    /// <summary>The events of every order.</summary>
    public required IReadOnlyList<OrderEventFacts> Events { get; init; }

    /// <summary>All postings: ListPostings by the source of each payment and dispute, or ExportTransactions.</summary>
    public required IReadOnlyList<PostingFacts> Postings { get; init; }

    public required IReadOnlyList<AccountFacts> Accounts { get; init; }

    public required IReadOnlyList<CurrencyFacts> TrialBalance { get; init; }
}
