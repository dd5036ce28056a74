using Suite.Contracts.Payments.V1;
using Suite.Platform.Errors;

namespace Suite.Payments.Ledger;

/// <summary>An account as of now, by its balances, or as of an earlier time, by its entries.</summary>
internal sealed class GetAccount(AccountStore store)
{
    public async Task<Account> RunAsync(GetAccountRequest request, CancellationToken cancellationToken)
    {
        var effective = LedgerTime.Read(request.EffectiveAsOf, "effective_as_of");
        var recorded = LedgerTime.Read(request.RecordedAsOf, "recorded_as_of");
        var account = await store.FindAsync(LedgerNames.ParseAccount(request.Name), cancellationToken)
            ?? throw DomainError.NotFound(request.Name);
        if (effective is not null || recorded is not null)
        {
            account = account with { Sums = await store.SumAsOfAsync(account.Name, effective, recorded, cancellationToken) };
        }

        return account.ToProto();
    }
}
