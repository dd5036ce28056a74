namespace Suite.Payments.Ledger;

/// <summary>
/// The chart of accounts: which side makes a kind of account grow, and which accounts belong to payments.
/// <code>
/// providers/{name}/clearing    debit    what a provider owes us
/// customers/{id}/receivable    debit    what a customer owes us
/// refunds                      debit    what was taken back
/// disputes/open                debit    what is contested
/// disputes/lost                debit    what was lost
/// holds                        credit   what providers hold for us
/// revenue                      credit   what was sold
/// anything else                credit   whatever backends account for, for example merchants/acme/payable
/// </code>
/// </summary>
internal static class Chart
{
    /// <summary>Whether debits make the balance of a kind of account grow.</summary>
    public static bool IsDebitNormal(string kind) => kind is "providers/clearing" or "customers/receivable" or PostingTemplates.Refunds
        || IsUnder(kind, "disputes");

    /// <summary>
    /// Whether an account follows payments alone, step by step. Nothing is posted to it by hand: a difference between it and the payments
    /// is a fault, and must not come from a correction. Manual postings may use <c>revenue</c> and <c>refunds</c>, for example to share
    /// what was sold with a merchant.
    /// </summary>
    public static bool IsOfPayments(string account) => account == PostingTemplates.Holds
        || IsUnder(account, "providers")
        || IsUnder(account, "disputes")
        || (IsUnder(account, "customers") && account.EndsWith("/receivable", StringComparison.Ordinal));

    /// <summary>
    /// Whether an account may be limited. Those that payments post to may not: what a provider has done is a fact, and has to be
    /// recorded whatever an account has.
    /// </summary>
    public static bool MayBeLimited(string account) =>
        !IsOfPayments(account) && account is not (PostingTemplates.Revenue or PostingTemplates.Refunds);

    private static bool IsUnder(string name, string root) =>
        name.StartsWith(root, StringComparison.Ordinal) && (name.Length == root.Length || name[root.Length] == '/');
}
