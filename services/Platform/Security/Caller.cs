using System.Collections.Frozen;

namespace Suite.Platform.Security;

/// <summary>Who is calling, as the credentials of the call prove it. Nothing else a caller sends can change it.</summary>
public sealed record Caller
{
    /// <summary>Nobody in particular.</summary>
    public static Caller Anonymous { get; } = new() { Kind = CallerKind.Anonymous, Name = string.Empty };

    /// <summary>The kind of the credentials.</summary>
    public required CallerKind Kind { get; init; }

    /// <summary><c>users/{uuid}</c>, <c>apiKeys/{uuid}</c> or <c>services/order</c>; empty for <see cref="Anonymous"/>.</summary>
    public required string Name { get; init; }

    /// <summary>What the credentials allow, for example <c>orders.read</c>.</summary>
    public FrozenSet<string> Scopes { get; init; } = FrozenSet<string>.Empty;

    /// <summary><c>sessions/{uuid}</c> of a user's access token; null for other credentials.</summary>
    public string? Session { get; init; }

    /// <summary>Whom a service calls for: the name of the caller it serves; null when it calls for itself. For records, never for permission.</summary>
    public string? OnBehalfOf { get; init; }

    /// <summary>Whether this caller sees only what is theirs.</summary>
    public bool SeesOnlyOwn => Kind is CallerKind.User or CallerKind.Anonymous;

    /// <summary>
    /// Whose things the caller sees: <c>users/{uuid}</c>, or empty when it sees those of everybody. What is kept for callers to come back
    /// to (request ids, page tokens) is bound to it, so that nobody comes back to what they could not have seen, while a backend
    /// that changes its key still finds what it asked with the last one.
    /// </summary>
    public string Sight => Kind switch
    {
        CallerKind.User => Name,
        CallerKind.Anonymous => "anonymous",
        _ => string.Empty,
    };

    /// <summary>
    /// Whether the caller may know of something that belongs to <paramref name="owner"/> (<c>users/{uuid}</c>). What it may not know
    /// of is answered exactly like what does not exist.
    /// </summary>
    public bool MayKnowOf(string owner) => !SeesOnlyOwn || (Kind == CallerKind.User && Name == owner);

    /// <summary>Whether the credentials hold a scope.</summary>
    public bool Has(string scope) => Scopes.Contains(scope);
}
