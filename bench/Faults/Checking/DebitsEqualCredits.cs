using Suite.Faults.History;

namespace Suite.Faults.Checking;

/// <summary>Debits are credits in each transaction and currency, pending and posted apart, and in each trial balance, also in the middle of faults.</summary>
internal sealed class DebitsEqualCredits : LiveProperty
{
    public override Func<ClientCall, IEnumerable<Violation>> Watch() => See;

    public override IEnumerable<Violation> Check(Evidence evidence) =>
    [
        .. base.Check(evidence),
        .. OfTrialBalance(evidence.Final.TrialBalance, null),
        .. OfTransactions(evidence.Final.Postings, null),
    ];

    private static bool IsBalanced(CurrencyFacts currency) => currency.IsBalanced
        && currency.DebitsMinor == currency.CreditsMinor
        && currency.Kinds.Sum(kind => kind.DebitsMinor) == currency.Kinds.Sum(kind => kind.CreditsMinor)
        && currency.Kinds.Sum(kind => kind.PendingDebitsMinor) == currency.Kinds.Sum(kind => kind.PendingCreditsMinor);

    private List<Violation> See(ClientCall call) => call.Ledger is { } ledger
        ? [.. OfTrialBalance(ledger.Currencies, call), .. ledger.HasWholeTransactions ? OfTransactions(ledger.Postings, call) : []]
        : [];

    private IEnumerable<Violation> OfTrialBalance(IEnumerable<CurrencyFacts> currencies, ClientCall? call) => currencies
        .Where(currency => !IsBalanced(currency))
        .Select(currency => Broken(
            $"The trial balance in {currency.Currency} has {currency.DebitsMinor} debits and {currency.CreditsMinor} credits.",
            [call ?? (object)currency, .. currency.Kinds]));

    private IEnumerable<Violation> OfTransactions(IEnumerable<PostingFacts> postings, ClientCall? call) => postings
        .GroupBy(posting => (posting.Transaction, posting.Amount.Currency, posting.IsPending))
        .Where(group => group.Sum(posting => posting.IsDebit ? posting.Amount.Minor : -posting.Amount.Minor) != 0)
        .Select(group => Broken(
            $"{group.Key.Transaction} does not balance in {group.Key.Currency}{(group.Key.IsPending ? ", pending" : string.Empty)}.",
            call is null ? [.. group] : [call, .. group]));
}
