using System.Buffers.Text;
using System.Diagnostics;
using System.Security.Cryptography;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Suite.Bench.Measuring;
using Suite.Bench.Report;
using Suite.Contracts.Trust.V1;
using Suite.Platform.Hosting;
using Suite.Platform.Security;

namespace Suite.Bench.Parts;

/// <summary>What finding out who is calling costs a call, in this process: credentials that were seen before, and new ones.</summary>
internal static class TokenChecks
{
    private const string Issuer = "http://localhost:8101";

    public static async Task<PartResult> RunAsync(BenchOptions options, CancellationToken cancellationToken)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var source = new OneKey(key);
        using var trust = new TrustStore(source, TimeProvider.System, NullLogger<TrustStore>.Instance);
        await trust.PollAsync(cancellationToken);
        var folder = Directory.CreateTempSubdirectory("suite-bench-").FullName;
        try
        {
            var verifier = Verifier(trust, source, folder);
            var known = Call(Token(key));
            var apiKey = Call("suite_key_" + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32)));
            var fresh = Enumerable.Range(0, options.IsQuick ? 200 : 2_000).Select(_ => Call(Token(key))).ToArray();
            var (text, signature) = Signed(key);

            Progress.Say($"Tokens: {fresh.Length} new ones, and one many times");
            var look = await TimeAsync(1_000_000, _ => verifier.VerifyAsync(known));
            var lookKey = await TimeAsync(1_000_000, _ => verifier.VerifyAsync(apiKey));
            var pairs = new PairedRatio();
            var share = fresh.Length / options.Rounds;
            for (var round = 0; round < options.Rounds; round++)
            {
                var first = round * share;
                var ours = await TimeAsync(share, i => verifier.VerifyAsync(fresh[first + i]));
                var bare = await TimeAsync(share, _ => new ValueTask<Verdict>(key.VerifyData(text, signature, HashAlgorithmName.SHA256) ? default(Verdict) : throw new InvalidOperationException()));
                pairs.Add(1e6 / ours, 1e6 / bare);
            }

            return new PartResult(
                BenchOptions.Tokens,
                "The check of a call's credentials, one after the other on one core",
                ["./build.sh bench --only tokens"],
                [
                    Measurement.PerSecond("access tokens never seen before", "bare ECDSA P-256 verification", pairs),
                    new Measurement("an access token seen before", look * 1000, "ns"),
                    new Measurement("an API key seen before", lookKey * 1000, "ns"),
                ]);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <returns>Microseconds a check.</returns>
    private static async Task<double> TimeAsync(int count, Func<int, ValueTask<Verdict>> check)
    {
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < count; i++)
        {
            if ((await check(i)).Refusal is { } refusal)
            {
                throw refusal;
            }
        }

        return watch.Elapsed.TotalMicroseconds / count;
    }

    private static CredentialVerifier Verifier(TrustStore trust, ITrustSource source, string folder)
    {
        using var serviceKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var (pem, set) = (Path.Combine(folder, "order.pem"), Path.Combine(folder, "services.jwks.json"));
        File.WriteAllText(pem, serviceKey.ExportPkcs8PrivateKeyPem());
        var point = serviceKey.ExportParameters(false).Q;
        File.WriteAllText(
            set,
            $$"""
            {"keys": [{"kty": "EC", "crv": "P-256", "kid": "order-1", "x": "{{Base64Url.EncodeToString(point.X)}}", "y": "{{Base64Url.EncodeToString(point.Y)}}",
            "suite_service": "order", "suite_scopes": []}]}
            """);
        var options = new SecurityOptions { Service = "order", Issuer = Issuer, ServiceKeyFile = pem, ServiceKeysFile = set, IsProduction = false };
        var tokens = new SignedTokens(TimeProvider.System);
        return new CredentialVerifier(
            trust,
            new AccessTokens(options, tokens),
            new ApiKeys(source, TimeProvider.System),
            new ServiceKeys(options, tokens),
            new PeerCertificates(TlsSettings.From(new ConfigurationManager())),
            TimeProvider.System);
    }

    private static string Token(ECDsa key) => new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
    {
        TokenType = "at+jwt",
        Issuer = Issuer,
        Audience = "suite",
        IssuedAt = DateTime.UtcNow,
        Expires = DateTime.UtcNow.AddMinutes(30),
        Claims = new Dictionary<string, object>
        {
            ["sub"] = $"users/{Guid.CreateVersion7()}",
            ["sid"] = $"sessions/{Guid.CreateVersion7()}",
            ["scope"] = "users.read users.write sessions.read sessions.write orders.read orders.write payments.read",
            ["jti"] = Guid.NewGuid().ToString(),
        },
        SigningCredentials = new SigningCredentials(new ECDsaSecurityKey(key) { KeyId = OneKey.Kid }, SecurityAlgorithms.EcdsaSha256),
    });

    private static (byte[] Text, byte[] Signature) Signed(ECDsa key)
    {
        var token = Token(key);
        var dot = token.LastIndexOf('.');
        return (System.Text.Encoding.ASCII.GetBytes(token[..dot]), Base64Url.DecodeFromChars(token.AsSpan(dot + 1)));
    }

    private static DefaultHttpContext Call(string credentials)
    {
        var context = new DefaultHttpContext();
        context.Request.Headers.Authorization = "Bearer " + credentials;
        return context;
    }

    /// <summary>User, with one signing key, to which every API key is good.</summary>
    private sealed class OneKey(ECDsa key) : ITrustSource
    {
        public const string Kid = "bench";

        public Task<GetTrustResponse> GetTrustAsync(GetTrustRequest request, CancellationToken cancellationToken)
        {
            var point = key.ExportParameters(includePrivateParameters: false).Q;
            return Task.FromResult(new GetTrustResponse
            {
                Revision = 1,
                SigningKeys = { new SigningKey { Kid = Kid, X = ByteString.CopyFrom(point.X), Y = ByteString.CopyFrom(point.Y) } },
            });
        }

        public Task<ApiKeyGrant?> FindApiKeyAsync(GetApiKeyGrantRequest request, CancellationToken cancellationToken) =>
            Task.FromResult<ApiKeyGrant?>(new ApiKeyGrant { Name = $"apiKeys/{Guid.CreateVersion7()}" });
    }
}
