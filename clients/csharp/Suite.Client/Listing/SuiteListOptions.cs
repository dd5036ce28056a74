namespace Suite.Client;

/// <summary>How a list is walked. How much travels at once and how much is wanted are different things.</summary>
public sealed record SuiteListOptions
{
    /// <summary>How many items a page has at most, 1 to 1000 (more is clamped by the service); <c>null</c> leaves it to the service.</summary>
    public int? PageSize { get; init; }

    /// <summary>How many items are wanted in all, 0 or more; <c>null</c> for every one.</summary>
    public long? MaxItems { get; init; }

    /// <summary>Where to go on: the <see cref="SuitePage{T}.NextPageToken"/> of a page of the same query.</summary>
    public string? PageToken { get; init; }
}
