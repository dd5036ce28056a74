using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;

namespace Suite.Users.Features.SigningKeys;

/// <summary>What anybody may fetch to check access tokens: the public keys (RFC 7517) and where they are (OpenID Discovery).</summary>
internal static class WellKnown
{
    public const string KeysPath = "/.well-known/jwks.json";
    public const string ConfigurationPath = "/.well-known/openid-configuration";

    public static void MapWellKnown(this WebApplication app)
    {
        app.MapGet(KeysPath, WriteKeysAsync);
        app.MapGet(ConfigurationPath, WriteConfigurationAsync);
    }

    internal static Task WriteKeysAsync(HttpContext context)
    {
        var ring = context.RequestServices.GetRequiredService<SigningKeyRing>();
        var options = context.RequestServices.GetRequiredService<SigningKeyOptions>();
        return WriteAsync(context, options.PublicKeysMaxAge, json =>
        {
            json.WriteStartArray("keys");
            foreach (var key in ring.Keys)
            {
                json.WriteStartObject();
                json.WriteString("kty", "EC");
                json.WriteString("crv", "P-256");
                json.WriteString("use", "sig");
                json.WriteString("alg", "ES256");
                json.WriteString("kid", key.Kid);
                json.WriteString("x", Base64Url.EncodeToString(key.X));
                json.WriteString("y", Base64Url.EncodeToString(key.Y));
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });
    }

    /// <summary>Only what is true: Suite gives access tokens to its own users, and no code or ID token to other applications.</summary>
    internal static Task WriteConfigurationAsync(HttpContext context)
    {
        var options = context.RequestServices.GetRequiredService<SigningKeyOptions>();
        return WriteAsync(context, TimeSpan.FromHours(1), json =>
        {
            json.WriteString("issuer", options.Issuer);
            json.WriteString("jwks_uri", options.KeysAddress);
            WriteList(json, "response_types_supported", []);
            WriteList(json, "grant_types_supported", []);
            WriteList(json, "subject_types_supported", ["public"]);
            WriteList(json, "id_token_signing_alg_values_supported", ["ES256"]);
            WriteList(json, "scopes_supported", AccessTokenIssuer.UserScopes.Split(' '));
            WriteList(json, "claims_supported", ["iss", "aud", "sub", "sid", "scope", "iat", "exp", "jti"]);
        });
    }

    private static async Task WriteAsync(HttpContext context, TimeSpan maxAge, Action<Utf8JsonWriter> write)
    {
        context.Response.ContentType = "application/json";
        context.Response.Headers.CacheControl = string.Create(CultureInfo.InvariantCulture, $"public, max-age={maxAge.TotalSeconds:0}");
        using var body = new MemoryStream();
        await using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        await context.Response.Body.WriteAsync(body.GetBuffer().AsMemory(0, (int)body.Length), context.RequestAborted);
    }

    private static void WriteList(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }
}
