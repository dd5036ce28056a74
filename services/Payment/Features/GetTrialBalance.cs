using System.Numerics;
using Google.Protobuf.WellKnownTypes;
using Google.Type;
using Suite.Contracts.Payments.V1;
using Suite.Payments.Storage;
using Suite.Platform.Monetary;

namespace Suite.Payments.Features;

/// <summary>Sums the whole ledger by currency and kind of account, in one snapshot, and says whether it balances.</summary>
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

    internal static CurrencyBalance Balance(string currency, IReadOnlyList<AccountSums> accounts)
    {
        var debits = accounts.Aggregate(BigInteger.Zero, (sum, account) => sum + account.DebitMinor);
        var credits = accounts.Aggregate(BigInteger.Zero, (sum, account) => sum + account.CreditMinor);
        return new CurrencyBalance
        {
            CurrencyCode = currency,
            Kinds =
            {
                accounts.Select(account => new AccountKindBalance
                {
                    Kind = account.Account,
                    Debits = ToMoney(currency, account.DebitMinor),
                    Credits = ToMoney(currency, account.CreditMinor),
                }),
            },
            Debits = ToMoney(currency, debits),
            Credits = ToMoney(currency, credits),
            Balanced = debits == credits,
        };
    }

    /// <summary>A sum as <c>google.type.Money</c>, or null when its whole units do not fit 64 bits: no number beats a wrong one.</summary>
    private static Money? ToMoney(string currency, BigInteger minorUnits)
    {
        if (!Currency.TryGetExponent(currency, out var exponent))
        {
            throw new InvalidOperationException($"The ledger has entries in '{currency}', which is no currency this service knows.");
        }

        var units = BigInteger.DivRem(minorUnits, BigInteger.Pow(10, exponent), out var rest);
        return units > long.MaxValue
            ? null
            : new Money { CurrencyCode = currency, Units = (long)units, Nanos = (int)(rest * BigInteger.Pow(10, 9 - exponent)) };
    }
}
