using System.Numerics;
using Google.Protobuf.WellKnownTypes;
using Suite.Contracts.Payments.V1;

namespace Suite.Payments.Ledger;

/// <summary>
/// Sums the whole ledger by currency and kind of account, in one snapshot, and says whether it balances: posted and pending each for itself.
/// </summary>
internal sealed class GetTrialBalance(LedgerStore store)
{
    public async Task<GetTrialBalanceResponse> RunAsync(CancellationToken cancellationToken)
    {
        var (asOf, sums) = await store.SumAsync(cancellationToken);
        var currencies = sums.GroupBy(s => s.CurrencyCode).Select(group => Balance(group.Key, [.. group])).ToList();
        return new GetTrialBalanceResponse
        {
            Currencies = { currencies },
            Balanced = currencies.TrueForAll(c => c.Balanced),
            AsOf = Timestamp.FromDateTimeOffset(asOf),
        };
    }

    internal static CurrencyBalance Balance(string currency, IReadOnlyList<KindSums> kinds)
    {
        var (debits, credits) = (Sum(kinds, k => k.PostedDebit), Sum(kinds, k => k.PostedCredit));
        var (pendingDebits, pendingCredits) = (Sum(kinds, k => k.PendingDebit), Sum(kinds, k => k.PendingCredit));
        return new CurrencyBalance
        {
            CurrencyCode = currency,
            Kinds =
            {
                kinds.Select(kind => new AccountKindBalance
                {
                    Kind = kind.Kind,
                    Debits = LargeMoney.ToMoney(currency, kind.PostedDebit),
                    Credits = LargeMoney.ToMoney(currency, kind.PostedCredit),
                    PendingDebits = LargeMoney.ToMoney(currency, kind.PendingDebit),
                    PendingCredits = LargeMoney.ToMoney(currency, kind.PendingCredit),
                }),
            },
            Debits = LargeMoney.ToMoney(currency, debits + pendingDebits),
            Credits = LargeMoney.ToMoney(currency, credits + pendingCredits),
            Balanced = debits == credits && pendingDebits == pendingCredits,
        };
    }

    private static BigInteger Sum(IReadOnlyList<KindSums> kinds, Func<KindSums, BigInteger> of) =>
        kinds.Aggregate(BigInteger.Zero, (sum, kind) => sum + of(kind));
}
