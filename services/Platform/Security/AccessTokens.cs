using System.Collections.Frozen;
using Microsoft.IdentityModel.JsonWebTokens;
using Suite.Platform.Naming;

namespace Suite.Platform.Security;

/// <summary>The access tokens of signed-in users (RFC 9068).</summary>
internal sealed class AccessTokens(SecurityOptions options, SignedTokens tokens)
{
    /// <summary>The <c>typ</c> of such a token.</summary>
    public const string Type = "at+jwt";

    private readonly BoundedCache<FrozenSet<string>> _sets = new(1000);

    /// <summary>The credential of a token whose key is one of <paramref name="trust"/>; null when it is not valid.</summary>
    public async ValueTask<Credential?> VerifyAsync(JsonWebToken token, TrustSnapshot trust)
    {
        if (trust.Find(token.Kid) is not { } key
            || !await tokens.IsValidAsync(token, key, options.Issuer, SecurityOptions.UserAudience)
            || !IsName("users", token.Subject)
            || !token.TryGetPayloadValue<string>("sid", out var session)
            || !IsName("sessions", session))
        {
            return null;
        }

        token.TryGetPayloadValue<string>("scope", out var scopes);
        scopes ??= string.Empty;
        var caller = new Caller
        {
            Kind = CallerKind.User,
            Name = token.Subject,
            Session = session,
            Scopes = SetOf(scopes),
        };
        return new Credential(caller, SignedTokens.IssueTime(token)!.Value, new DateTimeOffset(token.ValidTo) + SignedTokens.Skew);
    }

    // Users hold the same scopes, nearly all of them.
    private FrozenSet<string> SetOf(string scopes)
    {
        if (_sets.Find(scopes) is { } known)
        {
            return known;
        }

        var set = scopes.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Where(scope => !MethodPolicies.ForServicesAlone.Contains(scope))
            .ToFrozenSet();
        _sets.Set(scopes, set);
        return set;
    }

    // Names are compared as text from here on, so there is one way to write them.
    private static bool IsName(string collection, string? name) =>
        name is not null && ResourceName.TryParseGuid(collection, name, out var id) && name == ResourceName.Format(collection, id);
}
