using System.Buffers.Text;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Suite.Platform.Security;

/// <summary>Verifies JSON Web Tokens, of users and of services alike: ES256 and nothing else (RFC 8725).</summary>
internal sealed class SignedTokens(TimeProvider time)
{
    /// <summary>How far the clocks of two machines may be apart.</summary>
    public static readonly TimeSpan Skew = TimeSpan.FromSeconds(5);

    private static readonly JsonWebTokenHandler Handler = new() { MapInboundClaims = false };

    /// <summary>The token of a text; null when it is none, or is not signed with ES256 by a key it names.</summary>
    public static JsonWebToken? Read(string text)
    {
        try
        {
            var token = new JsonWebToken(text);
            // An extension that must be understood is not.
            return token is { Alg: SecurityAlgorithms.EcdsaSha256, Kid.Length: > 0 } && !token.TryGetHeaderValue<object>("crit", out _)
                ? token
                : null;
        }
        catch (Exception e) when (e is ArgumentException or SecurityTokenException or FormatException)
        {
            return null;
        }
    }

    /// <summary>Whether the key signed the token, for this audience, and it is its time.</summary>
    public async ValueTask<bool> IsValidAsync(JsonWebToken token, ECDsaSecurityKey key, string issuer, string audience)
    {
        var result = await Handler.ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256],
            IssuerSigningKey = key,
            TryAllIssuerSigningKeys = false,
            ValidIssuer = issuer,
            ValidAudience = audience,
            RequireSignedTokens = true,
            RequireExpirationTime = true,
            LifetimeValidator = IsItsTime,
        });
        return result.IsValid && IssueTime(token) is { } issued && issued <= time.GetUtcNow() + Skew;
    }

    /// <summary>
    /// When the token was made; null when it does not say. A fraction of a second counts (the library drops it): whoever signs in right
    /// after everything of theirs was revoked must not be taken for somebody from before.
    /// </summary>
    public static DateTimeOffset? IssueTime(JsonWebToken token)
    {
        using var payload = JsonDocument.Parse(Base64Url.DecodeFromChars(token.EncodedPayload));
        return payload.RootElement.TryGetProperty("iat", out var issued)
            && issued.ValueKind == JsonValueKind.Number
            && issued.TryGetDouble(out var seconds)
            && seconds is > 0 and < 1e11
            ? DateTimeOffset.UnixEpoch.AddMilliseconds(Math.Round(seconds * 1000))
            : null;
    }

    private bool IsItsTime(DateTime? notBefore, DateTime? expires, SecurityToken token, TokenValidationParameters parameters)
    {
        var now = time.GetUtcNow().UtcDateTime;
        return expires > now - Skew && (notBefore is null || notBefore <= now + Skew);
    }
}
