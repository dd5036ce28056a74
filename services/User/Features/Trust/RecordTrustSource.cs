using Google.Protobuf;
using Suite.Contracts.Trust.V1;
using Suite.Platform.Errors;
using Suite.Platform.Security;
using Suite.Users.Features.ApiKeys;
using Suite.Users.Features.SigningKeys;
using Suite.Users.Storage;

namespace Suite.Users.Features.Trust;

/// <summary>
/// Whom to believe, out of this service's own record: for its own checks, and for those of the others over TrustService. Every replica of
/// every service asks each second, so an answer is the keys in memory and one indexed read that finds nothing most of the time.
/// </summary>
internal sealed class RecordTrustSource(
    RevocationStore revocations, SigningKeyRing ring, ApiKeyStore keys, ApiKeyUses uses, TimeProvider time)
    : ITrustSource
{
    private const int HashBytes = 32;

    public async Task<GetTrustResponse> GetTrustAsync(GetTrustRequest request, CancellationToken cancellationToken)
    {
        var answer = await revocations.SinceAsync(request.AfterRevision, time.GetUtcNow(), cancellationToken);
        foreach (var key in ring.Keys)
        {
            answer.SigningKeys.Add(new Contracts.Trust.V1.SigningKey
            {
                Kid = key.Kid,
                X = UnsafeByteOperations.UnsafeWrap(key.X),
                Y = UnsafeByteOperations.UnsafeWrap(key.Y),
            });
        }

        return answer;
    }

    /// <exception cref="DomainException">INVALID_ARGUMENT when the hash has another length than SHA-256.</exception>
    public async Task<ApiKeyGrant?> FindApiKeyAsync(GetApiKeyGrantRequest request, CancellationToken cancellationToken)
    {
        if (request.SecretHash.Length != HashBytes)
        {
            throw DomainError.InvalidArgument("secret_hash", $"must have {HashBytes} bytes.");
        }

        if (await keys.FindAcceptedAsync(request.SecretHash.ToByteArray(), time.GetUtcNow(), cancellationToken) is not { } key)
        {
            return null;
        }

        uses.Used(key.Id);
        return key.ToGrant();
    }
}
