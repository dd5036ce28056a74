using Suite.Contracts.Users.V1;
using Suite.Platform.Listing;
using Suite.Users.Storage;

namespace Suite.Users.Features.ApiKeys;

/// <summary>Walks API keys from the newest to the oldest, by key.</summary>
internal sealed class ListApiKeys(ApiKeyStore keys, PageTokens tokens, TimeProvider time)
{
    private const string Query = "ListApiKeys";

    public async Task<ListApiKeysResponse> RunAsync(ListApiKeysRequest request, CancellationToken cancellationToken)
    {
        var size = PageTokens.Size(request.PageSize);
        Guid? before = tokens.Decode(Query, request.PageToken) is { } cursor ? Guid.ParseExact(cursor, "N") : null;
        var page = await keys.PageAsync(before, size + 1, cancellationToken);
        var now = time.GetUtcNow();
        return new ListApiKeysResponse
        {
            ApiKeys = { page.Take(size).Select(k => k.ToProto(now)) },
            NextPageToken = page.Count > size ? tokens.Encode(Query, page[size - 1].Id.ToString("N")) : string.Empty,
        };
    }
}
