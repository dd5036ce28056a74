using System.Buffers.Text;
using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Suite.Platform.Security;

/// <summary>
/// The services of this suite by their public keys (<c>SUITE_SERVICE_KEYS</c>, a JWK set): who signed a token, and what it may do, which is
/// what the file says and never what a token claims. Read once, at the start.
/// </summary>
internal sealed class ServiceKeys
{
    /// <summary>The <c>typ</c> of a service's token.</summary>
    public const string Type = "suite-service+jwt";

    /// <summary>The longest a service's token may live, its maker's clock being wrong.</summary>
    private static readonly TimeSpan Longest = ServiceTokens.Lifetime + TimeSpan.FromSeconds(10);

    private readonly SecurityOptions _options;
    private readonly SignedTokens _tokens;
    private readonly FrozenDictionary<string, ServiceKey> _keys;

    /// <exception cref="InvalidOperationException">The file is not there, is no such set, or is for development only.</exception>
    public ServiceKeys(SecurityOptions options, SignedTokens tokens)
    {
        _options = options;
        _tokens = tokens;
        if (options.ServiceKeysFile is not { Length: > 0 } file || !File.Exists(file))
        {
            throw new InvalidOperationException(
                $"SUITE_SERVICE_KEYS must name the file with the public keys of the services; it is '{options.ServiceKeysFile}'.");
        }

        using var set = Parse(file);
        if (options.IsProduction
            && set.RootElement.TryGetProperty("suite_development", out var development)
            && development.ValueKind != JsonValueKind.False)
        {
            throw new InvalidOperationException($"SUITE_SERVICE_KEYS ({file}) holds development keys, which are refused in Production.");
        }

        try
        {
            _keys = set.RootElement.GetProperty("keys").EnumerateArray().Select(Read).ToFrozenDictionary(key => key.Key.KeyId);
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or FormatException
            or CryptographicException or ArgumentException)
        {
            throw new InvalidOperationException(
                $"SUITE_SERVICE_KEYS ({file}) is no set of public keys (EC, P-256) with suite_service and suite_scopes: {e.Message}", e);
        }
    }

    /// <summary>The id under which a service's key is known; null when it is not.</summary>
    public string? IdOf(string service, ECPoint point) => _keys.Values
        .FirstOrDefault(key => key.Service == service
            && key.Point.X.AsSpan().SequenceEqual(point.X)
            && key.Point.Y.AsSpan().SequenceEqual(point.Y))
        ?.Key.KeyId;

    /// <summary>The credential of a service's token for this service; null when it is not valid.</summary>
    public async ValueTask<Credential?> VerifyAsync(JsonWebToken token)
    {
        if (!_keys.TryGetValue(token.Kid, out var key)
            || !await _tokens.IsValidAsync(token, key.Key, key.Name, SecurityOptions.NameOf(_options.Service))
            || token.Subject != key.Name
            || SignedTokens.IssueTime(token) is not { } issued
            || token.ValidTo - issued.UtcDateTime > Longest)
        {
            return null;
        }

        token.TryGetPayloadValue<string>("obo", out var onBehalfOf);
        var caller = new Caller { Kind = CallerKind.Service, Name = key.Name, Scopes = key.Scopes, OnBehalfOf = onBehalfOf };
        return new Credential(caller, issued, new DateTimeOffset(token.ValidTo) + SignedTokens.Skew);
    }

    private static JsonDocument Parse(string file)
    {
        try
        {
            return JsonDocument.Parse(File.ReadAllBytes(file));
        }
        catch (JsonException e)
        {
            throw new InvalidOperationException($"SUITE_SERVICE_KEYS ({file}) is no JSON: {e.Message}", e);
        }
    }

    private static ServiceKey Read(JsonElement jwk)
    {
        string Text(string name) => jwk.GetProperty(name).GetString() ?? throw new FormatException($"{name} is null.");
        if (Text("kty") != "EC" || Text("crv") != "P-256")
        {
            throw new FormatException("A key is not EC on P-256.");
        }

        var point = new ECPoint { X = Base64Url.DecodeFromChars(Text("x")), Y = Base64Url.DecodeFromChars(Text("y")) };
        var key = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = point });
        var scopes = jwk.GetProperty("suite_scopes").EnumerateArray().Select(scope => scope.GetString()!).ToFrozenSet();
        return new ServiceKey(Text("suite_service"), new ECDsaSecurityKey(key) { KeyId = Text("kid") }, point, scopes);
    }

    private sealed record ServiceKey(string Service, ECDsaSecurityKey Key, ECPoint Point, FrozenSet<string> Scopes)
    {
        public string Name { get; } = SecurityOptions.NameOf(Service);
    }
}
