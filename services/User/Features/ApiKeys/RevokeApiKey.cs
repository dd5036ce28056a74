using Suite.Contracts.Users.V1;
using Suite.Platform.Errors;
using Suite.Platform.Idempotency;
using Suite.Platform.Naming;
using Suite.Platform.Time;
using Suite.Users.Domain;
using Suite.Users.Storage;

namespace Suite.Users.Features.ApiKeys;

/// <summary>Ends an API key, for good and everywhere.</summary>
internal sealed class RevokeApiKey(IdempotencyStore requests, TimeProvider time)
{
    /// <exception cref="DomainException">NOT_FOUND.</exception>
    public Task<ApiKey> RunAsync(RequestKey key, Guid id, CancellationToken cancellationToken) =>
        requests.RunAsync(
            key,
            ApiKey.Parser,
            async (transaction, token) =>
            {
                var now = time.GetMicrosecondUtcNow();
                var backend = await ApiKeyStore.LockAsync(id, transaction, token)
                    ?? throw DomainError.NotFound(ResourceName.Format(BackendKey.Collection, id));
                if (backend.RevokeTime is null)
                {
                    await ApiKeyStore.RevokeAsync(backend, now, transaction, token);
                    backend = backend with { RevokeTime = now };
                }

                return backend.ToProto(now);
            },
            cancellationToken);
}
