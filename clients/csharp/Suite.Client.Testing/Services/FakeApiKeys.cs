using System.Buffers.Text;
using System.Security.Cryptography;
using Suite.Contracts.Common.V1;
using Suite.Contracts.Users.V1;

namespace Suite.Client.Testing;

/// <summary>ApiKeyService.</summary>
internal static class FakeApiKeys
{
    /// <summary>Who calls with a key; null when it is no key of this fake.</summary>
    public static FakeCaller? Find(FakeState state, string secret)
    {
        if (!state.ApiKeys.TryGetValue(secret, out var key))
        {
            return null;
        }

        if (key.State != ApiKey.Types.State.Active || key.ExpireTime?.ToDateTimeOffset() <= state.Time.GetUtcNow())
        {
            throw FakeSignIns.Invalid();
        }

        key.LastUseTime = state.Now();
        return new FakeCaller(key.Name, key.Scopes.ToHashSet());
    }

    public static CreateApiKeyResponse Create(FakeState state, CreateApiKeyRequest request) =>
        FakeOnce.Run(state, "CreateApiKey", request, request.RequestId, () => Add(state, request.ApiKey ?? new ApiKey()));

    public static ListApiKeysResponse List(FakeState state, ListApiKeysRequest request)
    {
        var keys = state.ApiKeys.Values.Reverse().Select(key => Shown(state, key));
        var (items, next) = FakePages.Cut("ListApiKeys", keys, key => key.Name, request.PageSize, request.PageToken);
        return new ListApiKeysResponse { ApiKeys = { items }, NextPageToken = next };
    }

    public static ApiKey Revoke(FakeState state, RevokeApiKeyRequest request) => FakeOnce.Run(state, "RevokeApiKey", request, request.RequestId, () =>
    {
        var key = state.ApiKeys.Values.FirstOrDefault(k => k.Name == request.Name) ?? throw FakeErrors.NotFound(request.Name);
        key.State = ApiKey.Types.State.Revoked;
        return key.Clone();
    });

    public static CreateApiKeyResponse Add(FakeState state, ApiKey wanted)
    {
        if (wanted.DisplayName.Length == 0)
        {
            throw FakeErrors.Invalid("api_key.display_name", "must be set.");
        }

        if (wanted.Scopes.Count == 0)
        {
            throw FakeErrors.Invalid("api_key.scopes", "must have at least one item.");
        }

        foreach (var (scope, i) in wanted.Scopes.Select((scope, i) => (scope, i)))
        {
            if (!FakePolicies.AllScopes.Contains(scope))
            {
                throw FakeErrors.Invalid($"api_key.scopes[{i}]", $"'{scope}' is no scope that a method names.");
            }

            state.Caller.MustHave(scope);
        }

        var secret = "suite_key_" + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        var key = new ApiKey
        {
            Name = state.NewName("apiKeys"),
            DisplayName = wanted.DisplayName,
            Scopes = { wanted.Scopes },
            Prefix = secret[..14],
            Creator = state.Caller.Name,
            State = ApiKey.Types.State.Active,
            CreateTime = state.Now(),
            ExpireTime = wanted.ExpireTime?.Clone(),
        };
        state.ApiKeys.Add(secret, key);
        return new CreateApiKeyResponse { ApiKey = key.Clone(), Secret = secret };
    }

    private static ApiKey Shown(FakeState state, ApiKey key)
    {
        var shown = key.Clone();
        if (key.State == ApiKey.Types.State.Active && key.ExpireTime?.ToDateTimeOffset() <= state.Time.GetUtcNow())
        {
            shown.State = ApiKey.Types.State.Expired;
        }

        return shown;
    }
}
