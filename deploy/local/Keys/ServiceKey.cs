using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Suite.Local.Keys;

/// <summary>The key (EC, P-256) with which one service signs the tokens of its calls to the others.</summary>
internal static class ServiceKey
{
    /// <summary>The first line of a key that was made here: a service in Production refuses it.</summary>
    public const string DevelopmentMark = "# suite development key";

    /// <summary>What each service may ask of the others. Whoever receives its token grants exactly this.</summary>
    private static readonly Dictionary<string, string[]> s_scopes = new()
    {
        ["order"] = ["users.read", "payments.read", "payments.write", "trust.read", "history.read"],
        ["user"] = ["orders.read"],
        ["payment"] = ["orders.read", "trust.read"],
    };

    /// <summary>A new private key as PEM.</summary>
    public static string NewPem(bool isForDevelopment)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return (isForDevelopment ? DevelopmentMark + "\n" : string.Empty) + key.ExportPkcs8PrivateKeyPem() + "\n";
    }

    /// <summary>The public half of a service's key as a JWK (RFC 7517), with what the service may do.</summary>
    /// <param name="service">Whose key it is.</param>
    /// <param name="pem">The private key.</param>
    public static JsonObject Jwk(string service, string pem)
    {
        using var key = ECDsa.Create();
        key.ImportFromPem(pem);
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        var (x, y) = (Base64Url.EncodeToString(point.X), Base64Url.EncodeToString(point.Y));
        return new JsonObject
        {
            ["kty"] = "EC",
            ["crv"] = "P-256",
            ["use"] = "sig",
            ["alg"] = "ES256",
            ["kid"] = Thumbprint(x, y),
            ["x"] = x,
            ["y"] = y,
            ["suite_service"] = service,
            ["suite_scopes"] = new JsonArray([.. s_scopes[service].Select(scope => (JsonNode)scope)]),
        };
    }

    /// <summary>The key's id: its thumbprint (RFC 7638), which holder and reader of the key find by themselves.</summary>
    private static string Thumbprint(string x, string y) => Base64Url.EncodeToString(
        SHA256.HashData(Encoding.UTF8.GetBytes($$"""{"crv":"P-256","kty":"EC","x":"{{x}}","y":"{{y}}"}""")));
}
