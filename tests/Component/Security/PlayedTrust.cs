using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Suite.Contracts.Trust.V1;
using Suite.Platform.Errors;
using Suite.Platform.Security;

namespace Suite.Tests.Component.Security;

/// <summary>User, as far as the others ask it whom to believe: its signing key, its API keys and what it revoked are the test's.</summary>
internal sealed class PlayedTrust : ITrustSource
{
    public const string Issuer = "http://localhost:8101";

    private readonly List<(long Revision, Revocation Revocation)> _revocations = [];
    private readonly ConcurrentDictionary<string, ApiKeyGrant> _grants = [];
    private readonly Lock _lock = new();
    private ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private string _kid = "kid-1";

    public bool IsAway { get; set; }

    /// <summary>When set, answers of API keys wait for it.</summary>
    public TaskCompletionSource? Holding { get; set; }

    public int KeyQuestions { get; private set; }

    /// <summary>A user's access token; <paramref name="change"/> can spoil its claims.</summary>
    public string Token(
        string user,
        string? session = null,
        string scopes = "",
        ECDsa? signedBy = null,
        string algorithm = "ES256",
        string type = "at+jwt",
        string? kid = null,
        Action<Dictionary<string, object>>? change = null,
        DateTimeOffset? at = null)
    {
        var now = (at ?? DateTimeOffset.UtcNow).ToUnixTimeMilliseconds() / 1000.0;
        var payload = new Dictionary<string, object>
        {
            ["iss"] = Issuer,
            ["aud"] = "suite",
            ["sub"] = user,
            ["sid"] = session ?? $"sessions/{Guid.CreateVersion7()}",
            ["scope"] = scopes,
            ["iat"] = now,
            ["exp"] = (long)now + 300,
            ["jti"] = Guid.NewGuid(),
        };
        change?.Invoke(payload);
        var header = new { alg = algorithm, kid = kid ?? _kid, typ = type };
        return algorithm switch
        {
            "none" => Jwt.Sign(header, payload, _ => []),
            "HS256" => Jwt.Sign(header, payload, text => HMACSHA256.HashData(_key.ExportSubjectPublicKeyInfo(), text)),
            _ => Jwt.Sign(signedBy ?? _key, header, payload),
        };
    }

    /// <summary>Signs with another key from now on.</summary>
    public void Rotate()
    {
        _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        _kid = $"kid-{Guid.NewGuid():N}";
    }

    /// <summary>Makes an API key and returns its name and its secret.</summary>
    public (string Name, string Secret) AddKey(params string[] scopes)
    {
        var secret = "suite_key_" + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        var grant = new ApiKeyGrant { Name = $"apiKeys/{Guid.CreateVersion7()}", Scopes = { scopes } };
        _grants[Convert.ToHexString(SHA256.HashData(Encoding.ASCII.GetBytes(secret)))] = grant;
        return (grant.Name, secret);
    }

    /// <summary>Ends a session, a key, or everything a user holds.</summary>
    public void Revoke(string subject)
    {
        lock (_lock)
        {
            _revocations.Add((_revocations.Count + 1, new Revocation { Subject = subject, RevokeTime = Timestamp.FromDateTime(DateTime.UtcNow) }));
        }
    }

    public Task<GetTrustResponse> GetTrustAsync(GetTrustRequest request, CancellationToken cancellationToken)
    {
        ThrowIfAway();
        var point = _key.ExportParameters(includePrivateParameters: false).Q;
        lock (_lock)
        {
            return Task.FromResult(new GetTrustResponse
            {
                Revision = _revocations.Count,
                SigningKeys = { new SigningKey { Kid = _kid, X = ByteString.CopyFrom(point.X), Y = ByteString.CopyFrom(point.Y) } },
                Revocations = { _revocations.Where(r => r.Revision > request.AfterRevision).Select(r => r.Revocation) },
            });
        }
    }

    public async Task<ApiKeyGrant?> FindApiKeyAsync(GetApiKeyGrantRequest request, CancellationToken cancellationToken)
    {
        KeyQuestions++;
        ThrowIfAway();
        if (Holding is { } holding)
        {
            await holding.Task;
        }

        return _grants.GetValueOrDefault(Convert.ToHexString(request.SecretHash.Span));
    }

    private void ThrowIfAway()
    {
        if (IsAway)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, "played"));
        }
    }
}

/// <summary>The service that the others ask.</summary>
internal sealed class PlayedTrustService(ITrustSource source) : TrustService.TrustServiceBase
{
    public override Task<GetTrustResponse> GetTrust(GetTrustRequest request, ServerCallContext context) =>
        source.GetTrustAsync(request, context.CancellationToken);

    public override async Task<ApiKeyGrant> GetApiKeyGrant(GetApiKeyGrantRequest request, ServerCallContext context) =>
        await source.FindApiKeyAsync(request, context.CancellationToken) ?? throw DomainError.NotFound("The API key");
}
