using Google.Protobuf.WellKnownTypes;
using Suite.Contracts.Users.V1;
using Service = Suite.Contracts.Users.V1.ApiKeyService.ApiKeyServiceClient;

namespace Suite.Client;

/// <summary>
/// The keys of backends, which hold scopes for the resources of all users. Use one as <see cref="SuiteCredentials.FromToken"/> or
/// <see cref="SuiteCredentials.FromFile"/>. Every method throws <see cref="SuiteException"/> when it fails, and
/// <see cref="OperationCanceledException"/> when its caller cancels.
/// </summary>
public sealed class ApiKeysClient
{
    private const string Name = "suite.user.v1.ApiKeyService";

    private static readonly UnaryCall<CreateApiKeyRequest, CreateApiKeyResponse> CreateApiKey =
        new(Name, "CreateApiKey", static (invoker, request, options) => new Service(invoker).CreateApiKeyAsync(request, options));

    private static readonly UnaryCall<ListApiKeysRequest, ListApiKeysResponse> ListApiKeys =
        new(Name, "ListApiKeys", static (invoker, request, options) => new Service(invoker).ListApiKeysAsync(request, options));

    private static readonly UnaryCall<RevokeApiKeyRequest, ApiKey> RevokeApiKey =
        new(Name, "RevokeApiKey", static (invoker, request, options) => new Service(invoker).RevokeApiKeyAsync(request, options));

    private readonly CallEnvironment _environment;
    private readonly ServiceEndpoint _endpoint;

    internal ApiKeysClient(CallEnvironment environment, ServiceEndpoint endpoint)
    {
        _environment = environment;
        _endpoint = endpoint;
    }

    /// <summary>
    /// Makes a key. Its secret is in this answer and nowhere else. PERMISSION_DENIED with SCOPE_MISSING when it would hold a scope
    /// that the caller has not.
    /// </summary>
    /// <param name="displayName">What the key is for, at most 200 characters.</param>
    /// <param name="scopes">What it may do, for example <c>orders.read</c>; at least one.</param>
    /// <param name="expireTime">When it stops being accepted; <c>null</c> for never.</param>
    /// <param name="options">What this call does differently.</param>
    /// <param name="cancellationToken">Gives up on the call.</param>
    public Task<CreateApiKeyResponse> CreateAsync(
        string displayName,
        IEnumerable<string> scopes,
        DateTimeOffset? expireTime = null,
        SuiteCallOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        var write = new CreateApiKeyRequest
        {
            ApiKey = new ApiKey
            {
                DisplayName = displayName,
                Scopes = { scopes },
                ExpireTime = expireTime is { } end ? Timestamp.FromDateTimeOffset(end) : null,
            },
            RequestId = RequestIds.Choose(string.Empty, options),
        };
        return CreateApiKey.InvokeAsync(_environment, _endpoint, write, write.RequestId, options, cancellationToken);
    }

    /// <summary>Walks the keys, newest first, revoked ones too.</summary>
    /// <param name="list">Page size, how many are wanted, where to go on.</param>
    /// <param name="options">What these calls do differently.</param>
    public SuiteList<ApiKey> List(SuiteListOptions? list = null, SuiteCallOptions? options = null) =>
        new(list, async (size, token, cancellationToken) =>
        {
            var request = new ListApiKeysRequest { PageSize = size, PageToken = token };
            var response = await ListApiKeys.InvokeAsync(_environment, _endpoint, request, null, options, cancellationToken).ConfigureAwait(false);
            return new SuitePage<ApiKey>(response.ApiKeys, response.NextPageToken);
        });

    /// <summary>Ends a key for good; every service refuses it within seconds. A key that is revoked already is not an error.</summary>
    /// <param name="name">The resource name, <c>apiKeys/{uuid}</c>.</param>
    /// <param name="options">What this call does differently.</param>
    /// <param name="cancellationToken">Gives up on the call.</param>
    public Task<ApiKey> RevokeAsync(string name, SuiteCallOptions? options = null, CancellationToken cancellationToken = default)
    {
        var write = new RevokeApiKeyRequest { Name = name, RequestId = RequestIds.Choose(string.Empty, options) };
        return RevokeApiKey.InvokeAsync(_environment, _endpoint, write, write.RequestId, options, cancellationToken);
    }
}
