namespace Suite.Faults.History;

/// <summary>What the provider's own record says of an authorization, at the end.</summary>
internal sealed record ProviderSeen : Entry
{
    /// <summary>The idempotency key it was asked with.</summary>
    public required string Key { get; init; }

    /// <summary>Our payment, <c>payments/{uuid}</c>.</summary>
    public required string Payment { get; init; }

    public string Token { get; init; } = string.Empty;

    public required string Currency { get; init; }

    /// <summary>What was authorized; 0 when it was declined, or not done.</summary>
    public long AuthorizedMinor { get; init; }

    /// <summary>What is held now.</summary>
    public long HeldMinor { get; init; }

    public long CapturedMinor { get; init; }

    public long RefundedMinor { get; init; }

    /// <summary>What is in disputes that are open or lost.</summary>
    public long DisputedMinor { get; init; }

    /// <summary>Whether it was declined.</summary>
    public bool IsDeclined { get; init; }

    /// <summary>
    /// Whether something came about by itself in the half minute before it was read, or still will (a hold that ends, a refund or a dispute
    /// that is decided): Suite need not have heard of it.
    /// </summary>
    public bool IsMoving { get; init; }

    /// <summary>Captures, voids and refunds, by the keys they were asked with.</summary>
    public IReadOnlyList<ProviderStep> Steps { get; init; } = [];
}

/// <summary>A capture, void or refund in the provider's record.</summary>
/// <param name="Key">The idempotency key: the step's id.</param>
/// <param name="Kind">What it was.</param>
/// <param name="AmountMinor">How much.</param>
/// <param name="IsDone">Whether it was done.</param>
/// <param name="IsRefused">Whether it was refused. Neither: it was asked for too seldom.</param>
internal sealed record ProviderStep(string Key, ProviderStepKind Kind, long AmountMinor, bool IsDone, bool IsRefused);

/// <summary>What a provider is asked to do with what it holds.</summary>
internal enum ProviderStepKind
{
    Capture = 2,
    Void = 3,
    Refund = 4,
}
