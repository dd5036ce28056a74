using Suite.Contracts.Trust.V1;

namespace Suite.Platform.Security;

/// <summary>
/// Where a service learns whom to believe. User answers out of its own record; every other service asks User
/// (<see cref="TrustService"/>).
/// </summary>
public interface ITrustSource
{
    /// <summary>The signing keys, and what was revoked after a revision.</summary>
    Task<GetTrustResponse> GetTrustAsync(GetTrustRequest request, CancellationToken cancellationToken);

    /// <summary>What the key of a secret may do; null when there is none that is accepted.</summary>
    Task<ApiKeyGrant?> FindApiKeyAsync(GetApiKeyGrantRequest request, CancellationToken cancellationToken);
}
