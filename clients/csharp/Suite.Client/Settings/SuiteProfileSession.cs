using Suite.Contracts.Users.V1;

namespace Suite.Client;

/// <summary>
/// A session as the profile file keeps it, so that one sign-in serves many runs of many programs. Holds secrets:
/// <see cref="ToString"/> does not show them, and neither should you.
/// </summary>
public sealed record SuiteProfileSession
{
    /// <summary>The resource name, <c>sessions/{uuid}</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Who is signed in, <c>users/{uuid}</c>.</summary>
    public required string User { get; init; }

    /// <summary>The token of calls.</summary>
    public required string AccessToken { get; init; }

    /// <summary>When the access token ends, by this machine's clock.</summary>
    public required DateTimeOffset AccessExpireTime { get; init; }

    /// <summary>What gets the next access token, once.</summary>
    public required string RefreshToken { get; init; }

    /// <summary>
    /// The <c>request_id</c> of a renewal that was begun and whose answer is not here yet; the next try repeats it. <c>null</c> while
    /// none is under way.
    /// </summary>
    public string? RequestId { get; init; }

    /// <summary>What a profile keeps of a sign-in.</summary>
    /// <param name="tokens">What the service answered.</param>
    /// <param name="asked">When it was asked, by this machine's clock.</param>
    public static SuiteProfileSession Of(SessionTokens tokens, DateTimeOffset asked)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        var held = HeldTokens.Of(tokens, asked);
        return new SuiteProfileSession
        {
            Name = held.Session,
            User = held.User,
            AccessToken = held.AccessToken,
            AccessExpireTime = held.EndTime,
            RefreshToken = held.RefreshToken,
        };
    }

    /// <summary>Who and which; never the tokens.</summary>
    public override string ToString() => $"{Name} of {User}";
}
