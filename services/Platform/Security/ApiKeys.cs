using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using Suite.Contracts.Trust.V1;

namespace Suite.Platform.Security;

/// <summary>
/// The API keys that were presented here. User is asked by the hash of a secret, once for all who wait, and not again for a while. While
/// User is away a key that was good stays good for some minutes, as an access token would.
/// </summary>
internal sealed class ApiKeys(ITrustSource source, TimeProvider time) : IDisposable
{
    /// <summary>How a secret begins, so that scanners and people know one.</summary>
    public const string Prefix = "suite_key_";

    /// <summary>How long an answer is used. What is revoked is refused sooner, by the trust.</summary>
    public static readonly TimeSpan Fresh = TimeSpan.FromSeconds(30);

    /// <summary>How long it is believed that there is no such key.</summary>
    public static readonly TimeSpan NoneFresh = TimeSpan.FromSeconds(5);

    /// <summary>How long an answer is used when User gives no newer one.</summary>
    public static readonly TimeSpan Stale = TimeSpan.FromMinutes(5);

    private const int SecretLength = 43;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Secrets that nobody has are easily made up: they may keep so many questions busy, and no more.</summary>
    private readonly SemaphoreSlim _questions = new(32);

    private readonly BoundedCache<Answer> _answers = new(50_000);
    private readonly ConcurrentDictionary<string, Lazy<Task<Answer>>> _asking = new();

    /// <summary>The credential of a secret; null when no key has it.</summary>
    /// <exception cref="Exception">It is not known, and User does not answer.</exception>
    public async ValueTask<Credential?> VerifyAsync(string secret, CancellationToken cancellationToken)
    {
        if (secret.Length != Prefix.Length + SecretLength || !Base64Url.IsValid(secret.AsSpan(Prefix.Length)))
        {
            return null;
        }

        var known = _answers.Find(secret);
        var now = time.GetUtcNow();
        if (known is null || now - known.Time >= (known.Grant is null ? NoneFresh : Fresh))
        {
            try
            {
                // Not longer than the question's own patience, which does not end a question to a database that hangs.
                known = await AskAsync(secret).WaitAsync(Patience, time, cancellationToken);
            }
            catch (Exception) when (known?.Grant is not null && now - known.Time < Stale && !cancellationToken.IsCancellationRequested)
            {
                // Better late than never: asked again at the next verification.
            }
        }

        return known.Grant is { } grant ? CredentialOf(grant, now) : null;
    }

    public void Dispose() => _questions.Dispose();

    private static Credential? CredentialOf(ApiKeyGrant grant, DateTimeOffset now)
    {
        var expires = grant.ExpireTime?.ToDateTimeOffset() ?? DateTimeOffset.MaxValue;
        if (expires <= now)
        {
            return null;
        }

        var caller = new Caller
        {
            Kind = CallerKind.ApiKey,
            Name = grant.Name,
            Scopes = grant.Scopes.Where(scope => !MethodPolicies.ForServicesAlone.Contains(scope)).ToFrozenSet(),
        };
        return new Credential(caller, now, expires < now + Fresh ? expires : now + Fresh);
    }

    private Task<Answer> AskAsync(string secret)
    {
        var asking = _asking.GetOrAdd(secret, s => new Lazy<Task<Answer>>(() => AskUserAsync(s)));
        return asking.Value;
    }

    // Nobody's cancellation ends it: others wait for the same answer.
    private async Task<Answer> AskUserAsync(string secret)
    {
        await Task.Yield();
        try
        {
            using var patience = new CancellationTokenSource(Patience, time);
            await _questions.WaitAsync(patience.Token);
            var hash = SHA256.HashData(Encoding.ASCII.GetBytes(secret));
            try
            {
                var request = new GetApiKeyGrantRequest { SecretHash = ByteString.CopyFrom(hash) };
                var grant = await source.FindApiKeyAsync(request, patience.Token);
                var answer = new Answer(grant, time.GetUtcNow());
                _answers.Set(secret, answer);
                return answer;
            }
            finally
            {
                _questions.Release();
            }
        }
        finally
        {
            _asking.TryRemove(secret, out _);
        }
    }

    private sealed record Answer(ApiKeyGrant? Grant, DateTimeOffset Time);
}
