using Grpc.Core;
using Suite.Contracts.Trust.V1;
using Suite.Platform.Errors;

namespace Suite.Platform.Security;

/// <summary>Asks User, with this service's own token.</summary>
internal sealed class RemoteTrustSource(TrustService.TrustServiceClient user) : ITrustSource
{
    public async Task<GetTrustResponse> GetTrustAsync(GetTrustRequest request, CancellationToken cancellationToken) =>
        await user.GetTrustAsync(request, cancellationToken: cancellationToken);

    public async Task<ApiKeyGrant?> FindApiKeyAsync(GetApiKeyGrantRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await user.GetApiKeyGrantAsync(request, cancellationToken: cancellationToken);
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.NotFound)
        {
            return null;
        }
        catch (RpcException e)
        {
            throw DomainError.DependencyUnavailable("user", e);
        }
    }
}
