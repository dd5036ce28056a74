using Grpc.Core;
using Suite.Contracts.Common.V1;

namespace Suite.Client.Testing;

/// <summary>Who is calling the fake.</summary>
/// <param name="Name"><c>users/{uuid}</c> or <c>apiKeys/{uuid}</c>; empty for whoever may do everything.</param>
/// <param name="Scopes">What the credentials allow; null for everything.</param>
/// <param name="Session">The session of a user's token.</param>
internal sealed record FakeCaller(string Name, IReadOnlySet<string>? Scopes, string? Session = null)
{
    private static readonly HashSet<string> OfUsers =
        ["users.read", "users.write", "sessions.read", "sessions.write", "orders.read", "orders.write", "payments.read"];

    /// <summary>Whoever the fake does not know while it asks for no token.</summary>
    public static FakeCaller Everyone { get; } = new(string.Empty, null);

    public bool IsUser => Name.StartsWith("users/", StringComparison.Ordinal);

    public static FakeCaller User(string user, string session) => new(user, OfUsers, session);

    public bool Has(string scope) => Scopes?.Contains(scope) ?? true;

    /// <summary>Whether the caller may know of what belongs to a user.</summary>
    public bool MayKnowOf(string owner) => !IsUser || Name == owner;

    public void MustHave(string scope)
    {
        if (!Has(scope))
        {
            throw FakeErrors.Make(
                StatusCode.PermissionDenied,
                ErrorReason.ScopeMissing,
                $"The credentials do not hold the scope {scope}.",
                metadata: ("scope", scope));
        }
    }
}
