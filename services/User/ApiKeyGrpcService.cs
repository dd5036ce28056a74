using Grpc.Core;
using Suite.Contracts.Users.V1;
using Suite.Platform.Idempotency;
using Suite.Platform.Naming;
using Suite.Platform.Overload;
using Suite.Platform.Security;
using Suite.Users.Domain;
using Suite.Users.Features.ApiKeys;

namespace Suite.Users;

/// <summary>ApiKeyService: translate, call, translate.</summary>
internal sealed class ApiKeyGrpcService(CreateApiKey create, ListApiKeys list, RevokeApiKey revoke) : ApiKeyService.ApiKeyServiceBase
{
    // The caller's name belongs to the key: nobody gets another caller's secret by guessing a request id.
    public override Task<CreateApiKeyResponse> CreateApiKey(CreateApiKeyRequest request, ServerCallContext context) =>
        create.RunAsync(
            RequestKey.Of($"CreateApiKey {context.GetCaller().Name}", request.RequestId, request, context.GetCaller()),
            request.ApiKey,
            context.GetCaller(),
            context.CancellationToken);

    public override Task<ListApiKeysResponse> ListApiKeys(ListApiKeysRequest request, ServerCallContext context) =>
        list.RunAsync(request, context.CancellationToken);

    [FinishesWork]
    public override Task<ApiKey> RevokeApiKey(RevokeApiKeyRequest request, ServerCallContext context) =>
        revoke.RunAsync(
            RequestKey.Of("RevokeApiKey", request.RequestId, request, context.GetCaller()),
            ResourceName.ParseGuid(BackendKey.Collection, request.Name),
            context.CancellationToken);
}
