namespace Suite.Client;

/// <summary>One page of a list.</summary>
/// <param name="Items">The items, in the order of the list.</param>
/// <param name="NextPageToken">Where the list goes on; empty at its end.</param>
public sealed record SuitePage<T>(IReadOnlyList<T> Items, string NextPageToken);
