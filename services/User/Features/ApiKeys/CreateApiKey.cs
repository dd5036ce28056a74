using System.Security.Cryptography;
using Suite.Contracts.Users.V1;
using Suite.Platform.Errors;
using Suite.Platform.Idempotency;
using Suite.Platform.Naming;
using Suite.Platform.Security;
using Suite.Platform.Time;
using Suite.Users.Domain;
using Suite.Users.Features.SigningKeys;
using Suite.Users.Storage;

namespace Suite.Users.Features.ApiKeys;

/// <summary>
/// Makes an API key, once per request id. Its secret is derived from the key's id, so that a call whose answer was lost gets the
/// same one without it being kept anywhere: the record of the call holds the key, the key's row a hash.
/// </summary>
internal sealed class CreateApiKey(IdempotencyStore requests, MasterKey master, TimeProvider time)
{
    private readonly byte[] _key = master.Derive("suite api keys v1");

    /// <exception cref="DomainException">INVALID_ARGUMENT, or PERMISSION_DENIED (SCOPE_MISSING).</exception>
    public async Task<CreateApiKeyResponse> RunAsync(RequestKey key, ApiKey wanted, Caller caller, CancellationToken cancellationToken)
    {
        Check(wanted, caller, time.GetUtcNow());
        var made = await requests.RunAsync(
            key,
            ApiKey.Parser,
            async (transaction, token) =>
            {
                var now = time.GetMicrosecondUtcNow();
                var id = Guid.CreateVersion7(now);
                var backend = BackendKey.Create(
                    id,
                    wanted.DisplayName,
                    wanted.Scopes,
                    caller.Name,
                    Secret(id),
                    now,
                    Microseconds(wanted.ExpireTime?.ToDateTimeOffset()));
                await ApiKeyStore.InsertAsync(backend, transaction, token);
                return backend.ToProto(now);
            },
            cancellationToken);
        return new CreateApiKeyResponse { ApiKey = made, Secret = Secret(ResourceName.ParseGuid(BackendKey.Collection, made.Name)) };
    }

    private string Secret(Guid id) => BackendKey.Secret(HMACSHA256.HashData(_key, id.ToByteArray(bigEndian: true)));

    private static void Check(ApiKey wanted, Caller caller, DateTimeOffset now)
    {
        for (var i = 0; i < wanted.Scopes.Count; i++)
        {
            if (!MethodPolicies.GrantableScopes.Contains(wanted.Scopes[i]))
            {
                throw DomainError.InvalidArgument($"api_key.scopes[{i}]", "is no scope that an API key can hold.");
            }
        }

        if (wanted.Scopes.FirstOrDefault(scope => !caller.Has(scope)) is { } missing)
        {
            throw DomainError.ScopeMissing(missing);
        }

        if (wanted.ExpireTime is { } expireTime && expireTime.ToDateTimeOffset() <= now)
        {
            throw DomainError.InvalidArgument("api_key.expire_time", "must lie in the future.");
        }
    }

    private static DateTimeOffset? Microseconds(DateTimeOffset? time) =>
        time is { } known ? known.AddTicks(-(known.Ticks % TimeSpan.TicksPerMicrosecond)) : null;
}
