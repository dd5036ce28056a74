using Suite.Contracts.Users.V1;

namespace Suite.Client;

/// <summary>
/// The tokens of a session as their holder keeps them. Times are the holder's own: the service says how long a token lives, and a
/// clock that differs from the service's does not matter.
/// </summary>
internal sealed record HeldTokens(
    string Session, string User, string AccessToken, string RefreshToken, DateTimeOffset RenewTime, DateTimeOffset EndTime)
{
    private static readonly TimeSpan LongestMargin = TimeSpan.FromMinutes(1);

    /// <param name="answer">What the service said.</param>
    /// <param name="asked">When it was asked, by the holder's clock.</param>
    public static HeldTokens Of(SessionTokens answer, DateTimeOffset asked)
    {
        var session = answer.Session ?? new Session();
        var ends = answer.AccessExpireTime?.ToDateTimeOffset() ?? asked;
        var lifetime = ends - ((session.RefreshTime ?? session.CreateTime)?.ToDateTimeOffset() ?? asked);
        lifetime = lifetime > TimeSpan.Zero ? lifetime : TimeSpan.Zero;
        return Of(session.Name, session.User, answer.AccessToken, answer.RefreshToken, asked + lifetime, lifetime);
    }

    /// <param name="session">The name of the session.</param>
    /// <param name="user">Who is signed in.</param>
    /// <param name="accessToken">The token of calls.</param>
    /// <param name="refreshToken">What gets the next one.</param>
    /// <param name="end">When the access token ends, by the holder's clock.</param>
    /// <param name="lifetime">How long it lives from beginning to end; null when that is not known any more.</param>
    public static HeldTokens Of(string session, string user, string accessToken, string refreshToken, DateTimeOffset end, TimeSpan? lifetime)
    {
        var margin = lifetime / 5 is { } fifth && fifth < LongestMargin ? fifth : LongestMargin;
        return new HeldTokens(session, user, accessToken, refreshToken, end - margin, end);
    }

    /// <summary>Who and which; never the tokens.</summary>
    public override string ToString() => $"{Session} of {User}";
}
