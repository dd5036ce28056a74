using System.Numerics;
using Suite.Contracts.Payments.V1;

namespace Suite.Payments.Ledger;

/// <summary>What an account has in one currency: sums in minor units, which may be larger than any amount.</summary>
internal sealed record AccountSums(
    string CurrencyCode, BigInteger PostedDebit, BigInteger PostedCredit, BigInteger PendingDebit, BigInteger PendingCredit);

/// <summary>An account with its balances.</summary>
/// <param name="Name">Without <c>accounts/</c>.</param>
/// <param name="Kind">The name without ids.</param>
/// <param name="NoOverdraft">Whether its posted balance must not become negative.</param>
/// <param name="Sums">By currency.</param>
internal sealed record LedgerAccount(string Name, string Kind, bool NoOverdraft, IReadOnlyList<AccountSums> Sums)
{
    public bool IsDebitNormal => Chart.IsDebitNormal(Kind);

    /// <summary>The first currency in which more was taken out than put in, or null.</summary>
    public string? Overdrawn => Sums.FirstOrDefault(s => Balance(s.PostedDebit, s.PostedCredit) < 0)?.CurrencyCode;

    public Account ToProto()
    {
        var account = new Account
        {
            Name = LedgerNames.Account(Name),
            Kind = Kind,
            NormalSide = IsDebitNormal ? Account.Types.Side.Debit : Account.Types.Side.Credit,
            NoOverdraft = NoOverdraft,
        };
        account.Balances.AddRange(Sums.Select(s => new AccountBalance
        {
            CurrencyCode = s.CurrencyCode,
            Posted = LargeMoney.ToMoney(s.CurrencyCode, Balance(s.PostedDebit, s.PostedCredit)),
            Pending = LargeMoney.ToMoney(s.CurrencyCode, Balance(s.PendingDebit, s.PendingCredit)),
            Debits = LargeMoney.ToMoney(s.CurrencyCode, s.PostedDebit),
            Credits = LargeMoney.ToMoney(s.CurrencyCode, s.PostedCredit),
        }));
        return account;
    }

    private BigInteger Balance(BigInteger debit, BigInteger credit) => IsDebitNormal ? debit - credit : credit - debit;
}
