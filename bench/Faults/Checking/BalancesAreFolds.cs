using Suite.Faults.History;

namespace Suite.Faults.Checking;

/// <summary>The balance of each account in each currency is the fold of its entries, and the trial balance is the sum of the accounts.</summary>
internal sealed class BalancesAreFolds : Property
{
    public override IEnumerable<Violation> Check(Evidence evidence)
    {
        var entries = evidence.Final.Postings.ToLookup(posting => (posting.Account, posting.Amount.Currency));
        foreach (var account in evidence.Final.Accounts)
        {
            var own = entries[(account.Name, account.Currency)].ToList();
            var (debits, credits) = (Sum(own, isDebit: true, isPending: false), Sum(own, isDebit: false, isPending: false));
            var sign = account.IsDebitNormal ? 1 : -1;
            var pending = sign * (Sum(own, isDebit: true, isPending: true) - Sum(own, isDebit: false, isPending: true));
            if (account.DebitsMinor != debits || account.CreditsMinor != credits || account.PostedMinor != sign * (debits - credits) || account.PendingMinor != pending)
            {
                yield return Broken(
                    $"{account.Name} in {account.Currency} is not what its entries come to: {debits} debits, {credits} credits, {pending} pending.",
                    [account, .. own.TakeLast(20)]);
            }
        }

        var listed = evidence.Final.Accounts.Select(account => (account.Name, account.Currency)).ToHashSet();
        foreach (var orphans in entries.Where(group => !listed.Contains(group.Key)))
        {
            yield return Broken($"{orphans.Key.Account} has entries in {orphans.Key.Currency} and no balance.", orphans.Take(20));
        }

        foreach (var currency in evidence.Final.TrialBalance)
        {
            var own = evidence.Final.Postings.Where(posting => posting.Amount.Currency == currency.Currency).ToList();
            if (own.Where(posting => posting.IsDebit).Sum(posting => posting.Amount.Minor) is var debits && debits != currency.DebitsMinor)
            {
                yield return Broken($"The trial balance in {currency.Currency} has {currency.DebitsMinor} debits, and all entries come to {debits}.", currency);
            }
        }
    }

    private static long Sum(List<PostingFacts> postings, bool isDebit, bool isPending) =>
        postings.Where(posting => posting.IsDebit == isDebit && posting.IsPending == isPending).Sum(posting => posting.Amount.Minor);
}
