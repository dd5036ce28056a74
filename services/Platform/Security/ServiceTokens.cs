using System.Security.Cryptography;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Suite.Platform.Security;

/// <summary>
/// Makes the tokens with which this service calls others: for one service each, for a minute, and with the name of the caller being
/// served, for the other's records. One is used until half its life is over.
/// </summary>
internal sealed class ServiceTokens : IDisposable
{
    /// <summary>How long a token lives.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(60);

    private const string DevelopmentMark = "# suite development key";

    private static readonly JsonWebTokenHandler Handler = new() { SetDefaultTimesOnTokenCreation = false };

    private readonly BoundedCache<Made> _made = new(20_000);
    private readonly string _name;
    private readonly TimeProvider _time;
    private readonly ECDsa _key;
    private readonly SigningCredentials _credentials;

    /// <exception cref="InvalidOperationException">The key is missing, is none, is unknown to the others, or is for development.</exception>
    public ServiceTokens(SecurityOptions options, ServiceKeys known, TimeProvider time)
    {
        _name = SecurityOptions.NameOf(options.Service);
        _time = time;
        if (options.ServiceKeyFile is not { Length: > 0 } file || !File.Exists(file))
        {
            throw new InvalidOperationException(
                $"SUITE_SERVICE_KEY must name the file with the private key of {options.Service}; it is '{options.ServiceKeyFile}'.");
        }

        var pem = File.ReadAllText(file);
        if (options.IsProduction && pem.StartsWith(DevelopmentMark, StringComparison.Ordinal))
        {
            throw new InvalidOperationException($"SUITE_SERVICE_KEY ({file}) is a development key, which is refused in Production.");
        }

        _key = Import(file, pem);
        var id = known.IdOf(options.Service, _key.ExportParameters(includePrivateParameters: false).Q)
            ?? throw new InvalidOperationException(
                $"SUITE_SERVICE_KEY ({file}) is not among the keys of {options.Service} in SUITE_SERVICE_KEYS.");
        _credentials = new SigningCredentials(new ECDsaSecurityKey(_key) { KeyId = id }, SecurityAlgorithms.EcdsaSha256);
    }

    /// <summary>The value of <c>authorization</c> for a call to <paramref name="service"/>.</summary>
    /// <param name="service">For example <c>user</c>.</param>
    /// <param name="onBehalfOf">The name of the caller being served; null for work of this service's own.</param>
    public string AuthorizationFor(string service, string? onBehalfOf)
    {
        var key = onBehalfOf is null ? service : $"{service} {onBehalfOf}";
        var now = _time.GetUtcNow();
        if (_made.Find(key) is { } made && now < made.RenewTime)
        {
            return made.Authorization;
        }

        made = new Made("Bearer " + Make(service, onBehalfOf, now), now + (Lifetime / 2));
        _made.Set(key, made);
        return made.Authorization;
    }

    public void Dispose() => _key.Dispose();

    private string Make(string service, string? onBehalfOf, DateTimeOffset now)
    {
        var claims = new Dictionary<string, object> { [JwtRegisteredClaimNames.Sub] = _name };
        if (onBehalfOf is not null)
        {
            claims["obo"] = onBehalfOf;
        }

        return Handler.CreateToken(new SecurityTokenDescriptor
        {
            TokenType = ServiceKeys.Type,
            Issuer = _name,
            Audience = SecurityOptions.NameOf(service),
            IssuedAt = now.UtcDateTime,
            Expires = (now + Lifetime).UtcDateTime,
            Claims = claims,
            SigningCredentials = _credentials,
        });
    }

    private static ECDsa Import(string file, string pem)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(pem);
            if (key.KeySize == 256)
            {
                return key;
            }
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            key.Dispose();
            throw new InvalidOperationException($"SUITE_SERVICE_KEY ({file}) holds no private key: {e.Message}", e);
        }

        key.Dispose();
        throw new InvalidOperationException($"SUITE_SERVICE_KEY ({file}) is not a key on P-256.");
    }

    private sealed record Made(string Authorization, DateTimeOffset RenewTime);
}
