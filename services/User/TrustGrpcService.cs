using Grpc.Core;
using Suite.Contracts.Trust.V1;
using Suite.Platform.Errors;
using Suite.Platform.Overload;
using Suite.Users.Features.Trust;

namespace Suite.Users;

/// <summary>TrustService: what this service knows of credentials, for the others.</summary>
internal sealed class TrustGrpcService(RecordTrustSource trust) : TrustService.TrustServiceBase
{
    [FinishesWork]
    public override Task<GetTrustResponse> GetTrust(GetTrustRequest request, ServerCallContext context) =>
        trust.GetTrustAsync(request, context.CancellationToken);

    [FinishesWork]
    public override async Task<ApiKeyGrant> GetApiKeyGrant(GetApiKeyGrantRequest request, ServerCallContext context) =>
        await trust.FindApiKeyAsync(request, context.CancellationToken) ?? throw DomainError.NotFound("The API key");
}
