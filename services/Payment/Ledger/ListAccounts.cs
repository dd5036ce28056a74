using Suite.Contracts.Payments.V1;
using Suite.Platform.Errors;
using Suite.Platform.Listing;

namespace Suite.Payments.Ledger;

/// <summary>Walks accounts by name, below a prefix of whole segments.</summary>
internal sealed class ListAccounts(AccountStore store, PageTokens tokens)
{
    public async Task<ListAccountsResponse> RunAsync(ListAccountsRequest request, CancellationToken cancellationToken)
    {
        var query = $"ListAccounts {request.Prefix}";
        var size = PageTokens.Size(request.PageSize);
        var after = tokens.Decode(query, request.PageToken) ?? string.Empty;
        var accounts = await store.PageAsync(ParsePrefix(request.Prefix), after, size + 1, cancellationToken);
        return new ListAccountsResponse
        {
            Accounts = { accounts.Take(size).Select(a => a.ToProto()) },
            NextPageToken = accounts.Count > size ? tokens.Encode(query, accounts[size - 1].Name) : string.Empty,
        };
    }

    private static string ParsePrefix(string prefix)
    {
        var name = prefix.TrimEnd('/');
        if (name is "" or LedgerNames.Accounts)
        {
            return string.Empty;
        }

        return LedgerNames.IsAccount(name)
            ? LedgerNames.ParseAccount(name)
            : throw DomainError.InvalidArgument("prefix", "must be accounts/ and whole segments, for example accounts/customers.");
    }
}
