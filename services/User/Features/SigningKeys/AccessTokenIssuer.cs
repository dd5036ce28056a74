using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Google.Protobuf.WellKnownTypes;
using Suite.Contracts.Users.V1;
using Suite.Platform.Naming;
using Suite.Users.Domain;

namespace Suite.Users.Features.SigningKeys;

/// <summary>Makes access tokens: JWTs by the profile of RFC 9068, signed with ES256.</summary>
internal sealed class AccessTokenIssuer(SigningKeyRing ring, SigningKeyOptions options, TimeProvider time)
{
    /// <summary>The <c>aud</c> of every access token.</summary>
    public const string Audience = "suite";

    /// <summary>What somebody who signed in may do, for what is theirs.</summary>
    public const string UserScopes = "users.read users.write sessions.read sessions.write orders.read orders.write payments.read";

    /// <summary>A token for a session.</summary>
    /// <returns>The token, and when it stops being accepted.</returns>
    public (string Token, DateTimeOffset ExpireTime) Issue(Guid userId, Guid sessionId)
    {
        var now = DateTimeOffset.FromUnixTimeSeconds(time.GetUtcNow().ToUnixTimeSeconds());
        // Whole seconds are all a claim has.
        var expires = DateTimeOffset.FromUnixTimeSeconds((now + options.AccessLifetime).ToUnixTimeSeconds());
        var (signed, signature) = ring.Sign(kid => Encoding.ASCII.GetBytes(
            $"{Part(json => WriteHeader(json, kid))}.{Part(json => WriteClaims(json, userId, sessionId, now, expires))}"));
        return ($"{Encoding.ASCII.GetString(signed)}.{Base64Url.EncodeToString(signature)}", expires);
    }

    /// <summary>What somebody gets who signed in or refreshed.</summary>
    public SessionTokens With(UserSession session, string refreshToken)
    {
        var (token, expireTime) = Issue(session.UserId, session.Id);
        return new SessionTokens
        {
            Session = session.ToProto(),
            AccessToken = token,
            AccessExpireTime = Timestamp.FromDateTimeOffset(expireTime),
            RefreshToken = refreshToken,
        };
    }

    private static void WriteHeader(Utf8JsonWriter json, string kid)
    {
        json.WriteString("alg", "ES256");
        json.WriteString("kid", kid);
        json.WriteString("typ", "at+jwt");
    }

    private void WriteClaims(Utf8JsonWriter json, Guid userId, Guid sessionId, DateTimeOffset now, DateTimeOffset expires)
    {
        json.WriteString("iss", options.Issuer);
        json.WriteString("aud", Audience);
        json.WriteString("sub", ResourceName.Format(UserAccount.Collection, userId));
        json.WriteString("sid", ResourceName.Format(UserSession.Collection, sessionId));
        json.WriteString("scope", UserScopes);
        json.WriteNumber("iat", now.ToUnixTimeSeconds());
        json.WriteNumber("exp", expires.ToUnixTimeSeconds());
        json.WriteString("jti", Guid.NewGuid().ToString());
    }

    private static string Part(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        // Base64 makes the result safe everywhere; "+" as it is keeps typ readable to whoever decodes it.
        using var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartObject();
        write(json);
        json.WriteEndObject();
        json.Flush();
        return Base64Url.EncodeToString(buffer.WrittenSpan);
    }
}
