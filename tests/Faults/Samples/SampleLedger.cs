using Suite.Faults.History;

namespace Suite.Tests.Faults.Samples;

/// <summary>The ledger of a sample: what steps of payments post, and what comes of it.</summary>
internal static class SampleLedger
{
    private const string Clearing = "accounts/providers/simulator/clearing";
    private const string Receivable = "accounts/customers/c1/receivable";

    /// <summary>The postings of a step.</summary>
    /// <param name="sample">The sample, which gets them.</param>
    /// <param name="template">The template.</param>
    /// <param name="source">Where it comes from.</param>
    /// <param name="amount">How much.</param>
    public static void Post(SampleHistory sample, string template, string source, Amount amount)
    {
        (string Debit, string Credit, bool IsPending)[] moves = template switch
        {
            "authorize" => [(Clearing, "accounts/holds", true)],
            "release" => [("accounts/holds", Clearing, true)],
            "capture" => [("accounts/holds", Clearing, true), (Receivable, "accounts/revenue", false), (Clearing, Receivable, false)],
            "refund" => [("accounts/refunds", Receivable, false), (Receivable, Clearing, false)],
            "dispute-opened" => [("accounts/disputes/open", Clearing, false)],
            _ => throw new ArgumentOutOfRangeException(nameof(template)),
        };
        var transaction = $"transactions/{sample.NewId()}";
        var line = 0;
        foreach (var (debit, credit, isPending) in moves)
        {
            sample.Postings.Add(Posting(debit, isDebit: true, isPending));
            sample.Postings.Add(Posting(credit, isDebit: false, isPending));
        }

        PostingFacts Posting(string account, bool isDebit, bool isPending) => new()
        {
            Transaction = transaction,
            LineNumber = ++line,
            Account = account,
            IsDebit = isDebit,
            IsPending = isPending,
            Amount = amount,
            Source = source,
            Template = template,
            RecordTime = sample.Time,
        };
    }

    /// <summary>What accounts have of entries.</summary>
    public static IReadOnlyList<AccountFacts> Accounts(IEnumerable<PostingFacts> postings) =>
        [.. postings.GroupBy(posting => (posting.Account, posting.Amount.Currency)).Select(group =>
        {
            var isDebitNormal = group.Key.Account is not ("accounts/holds" or "accounts/revenue");
            var (debits, credits) = (Sum(group, isDebit: true, isPending: false), Sum(group, isDebit: false, isPending: false));
            var pending = Sum(group, isDebit: true, isPending: true) - Sum(group, isDebit: false, isPending: true);
            return new AccountFacts
            {
                Name = group.Key.Account,
                Currency = group.Key.Currency,
                IsDebitNormal = isDebitNormal,
                DebitsMinor = debits,
                CreditsMinor = credits,
                PostedMinor = isDebitNormal ? debits - credits : credits - debits,
                PendingMinor = isDebitNormal ? pending : -pending,
            };
        })];

    /// <summary>The trial balance of entries, all of one kind.</summary>
    public static IReadOnlyList<CurrencyFacts> TrialBalance(IEnumerable<PostingFacts> postings) =>
        [.. postings.GroupBy(posting => posting.Amount.Currency).Select(group =>
        {
            var all = new KindFacts(
                "all",
                Sum(group, isDebit: true, isPending: false),
                Sum(group, isDebit: false, isPending: false),
                Sum(group, isDebit: true, isPending: true),
                Sum(group, isDebit: false, isPending: true));
            return new CurrencyFacts
            {
                Currency = group.Key,
                DebitsMinor = all.DebitsMinor + all.PendingDebitsMinor,
                CreditsMinor = all.CreditsMinor + all.PendingCreditsMinor,
                IsBalanced = true,
                Kinds = [all],
            };
        })];

    private static long Sum(IEnumerable<PostingFacts> postings, bool isDebit, bool isPending) =>
        postings.Where(posting => posting.IsDebit == isDebit && posting.IsPending == isPending).Sum(posting => posting.Amount.Minor);
}
