using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;

namespace Suite.Tests.Component.Security;

/// <summary>The keys of three services, in files as the services read them.</summary>
internal sealed class TestKeys
{
    private static readonly (string Service, string[] Scopes)[] s_services =
        [("order", ["users.read", "payments.read", "payments.write", "trust.read"]), ("user", ["orders.read"]), ("payment", ["orders.read", "trust.read", "history.read"])];

    private readonly Dictionary<string, ECDsa> _keys = [];

    public TestKeys(bool areForDevelopment = false)
    {
        Folder = Servers.NewFolder();
        var mark = areForDevelopment ? "# suite development key\n" : string.Empty;
        foreach (var (service, _) in s_services)
        {
            var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            _keys.Add(service, key);
            File.WriteAllText(FileOf(service), mark + key.ExportPkcs8PrivateKeyPem());
        }

        var set = new Dictionary<string, object> { ["keys"] = s_services.Select(s => Jwk(s.Service, s.Scopes)).ToArray() };
        if (areForDevelopment)
        {
            set["suite_development"] = true;
        }

        File.WriteAllText(SetFile, JsonSerializer.Serialize(set));
    }

    public string Folder { get; }

    public string SetFile => Path.Combine(Folder, "services.jwks.json");

    public string FileOf(string service) => Path.Combine(Folder, service + ".pem");

    /// <summary>The settings of a service.</summary>
    public string[] Settings(string service) => [$"--SUITE_SERVICE_KEY={FileOf(service)}", $"--SUITE_SERVICE_KEYS={SetFile}"];

    /// <summary>A token of one service for another, as a service makes it or otherwise.</summary>
    public string Token(
        string from, string to, string? onBehalfOf = null, string? signedBy = null, string? issuer = null, int lifetime = 60, int age = 0)
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds() - age;
        var name = issuer ?? $"services/{from}";
        var payload = new Dictionary<string, object> { ["iss"] = name, ["sub"] = name, ["aud"] = $"services/{to}", ["iat"] = now, ["exp"] = now + lifetime };
        if (onBehalfOf is not null)
        {
            payload["obo"] = onBehalfOf;
        }

        return Jwt.Sign(_keys[signedBy ?? from], new { alg = "ES256", kid = $"kid-{from}", typ = "suite-service+jwt" }, payload);
    }

    private Dictionary<string, object> Jwk(string service, string[] scopes)
    {
        var point = _keys[service].ExportParameters(includePrivateParameters: false).Q;
        return new()
        {
            ["kty"] = "EC",
            ["crv"] = "P-256",
            ["kid"] = $"kid-{service}",
            ["x"] = Base64Url.EncodeToString(point.X),
            ["y"] = Base64Url.EncodeToString(point.Y),
            ["suite_service"] = service,
            ["suite_scopes"] = scopes,
        };
    }
}
