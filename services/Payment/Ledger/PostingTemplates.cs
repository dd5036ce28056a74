using Suite.Payments.Domain;
using Suite.Platform.Monetary;
using Suite.Platform.Naming;

namespace Suite.Payments.Ledger;

/// <summary>
/// Which business step debits and credits which account: all of them. Dr is a debit, Cr a credit; "pending" is a hold.
/// <code>
/// authorize       pending  Dr providers/{name}/clearing   Cr holds
/// release         pending  Dr holds                       Cr providers/{name}/clearing     (void, expiry, what a last capture leaves)
/// capture         pending  Dr holds                       Cr providers/{name}/clearing     (the part of the hold that is used)
///                 posted   Dr customers/{id}/receivable   Cr revenue                       (what was sold)
///                 posted   Dr providers/{name}/clearing   Cr customers/{id}/receivable     (what was paid)
/// refund          posted   Dr refunds                     Cr customers/{id}/receivable     (what was taken back)
///                 posted   Dr customers/{id}/receivable   Cr providers/{name}/clearing     (what was given back)
/// dispute-opened  posted   Dr disputes/open               Cr providers/{name}/clearing
/// dispute-won     posted   Dr providers/{name}/clearing   Cr disputes/open
/// dispute-lost    posted   Dr disputes/lost               Cr disputes/open
/// manual          posted   what PostTransaction says
/// reversal        posted   the opposite of a manual transaction
/// </code>
/// The customer's receivable is back at 0 after every step: Suite sells against a payment that is held already.
/// </summary>
internal static class PostingTemplates
{
    public const string Authorize = "authorize";
    public const string Release = "release";
    public const string Capture = "capture";
    public const string Refund = "refund";
    public const string DisputeOpened = "dispute-opened";
    public const string DisputeWon = "dispute-won";
    public const string DisputeLost = "dispute-lost";
    public const string Manual = "manual";
    public const string Reversal = "reversal";

    public const string Holds = "holds";
    public const string Revenue = "revenue";
    public const string Refunds = "refunds";
    public const string DisputesOpen = "disputes/open";
    public const string DisputesLost = "disputes/lost";

    /// <summary>What the provider owes us.</summary>
    public static string Clearing(string provider) => $"providers/{provider}/clearing";

    /// <summary>What a customer owes us; <c>customers/unknown/receivable</c> of payments whose customer is not known.</summary>
    public static string Receivable(Guid? customerId) => $"customers/{customerId?.ToString() ?? "unknown"}/receivable";

    /// <summary>The provider holds the amount.</summary>
    public static JournalTransaction Authorized(Payment payment, string provider, Guid step, DateTimeOffset time) =>
        OfStep(Authorize, payment, step, time, Move(Clearing(provider), Holds, payment.Amount, isPending: true));

    /// <summary>The provider holds <paramref name="amount"/> no longer, and nothing was taken of it.</summary>
    public static JournalTransaction Released(Payment payment, string provider, Guid step, MoneyAmount amount, DateTimeOffset time) =>
        OfStep(Release, payment, step, time, Move(Holds, Clearing(provider), amount, isPending: true));

    /// <summary>The provider took <paramref name="amount"/> of what it held, and released <paramref name="released"/>, which may be 0.</summary>
    public static JournalTransaction Captured(
        Payment payment, string provider, Guid step, MoneyAmount amount, MoneyAmount released, DateTimeOffset time)
    {
        var clearing = Clearing(provider);
        var receivable = Receivable(payment.CustomerId);
        return OfStep(
            Capture,
            payment,
            step,
            time,
            [
                .. Move(Holds, clearing, amount, isPending: true),
                .. released.MinorUnits > 0 ? Move(Holds, clearing, released, isPending: true) : [],
                .. Move(receivable, Revenue, amount),
                .. Move(clearing, receivable, amount),
            ]);
    }

    /// <summary>The provider gave <paramref name="amount"/> back.</summary>
    public static JournalTransaction Refunded(Payment payment, string provider, Guid step, MoneyAmount amount, DateTimeOffset time)
    {
        var receivable = Receivable(payment.CustomerId);
        return OfStep(
            Refund, payment, step, time, [.. Move(Refunds, receivable, amount), .. Move(receivable, Clearing(provider), amount)]);
    }

    /// <summary>What a dispute moves when it comes to a state.</summary>
    public static JournalTransaction Disputed(string provider, Guid disputeId, DisputeState state, MoneyAmount amount, DateTimeOffset time)
    {
        var (template, debit, credit) = state switch
        {
            DisputeState.Open => (DisputeOpened, DisputesOpen, Clearing(provider)),
            DisputeState.Won => (DisputeWon, Clearing(provider), DisputesOpen),
            DisputeState.Lost => (DisputeLost, DisputesLost, DisputesOpen),
            _ => throw new ArgumentOutOfRangeException(nameof(state)),
        };
        var source = ResourceName.Format("disputes", disputeId);
        return new JournalTransaction($"{source}/{template}", template, source, time, Move(debit, credit, amount));
    }

    private static JournalTransaction OfStep(
        string template, Payment payment, Guid step, DateTimeOffset time, IReadOnlyList<JournalEntry> entries)
    {
        var source = $"{payment.Name}/steps/{step}";
        return new JournalTransaction($"{source}/{template}", template, source, time, entries);
    }

    private static JournalEntry[] Move(string debit, string credit, MoneyAmount amount, bool isPending = false) =>
        [new(debit, true, amount, isPending), new(credit, false, amount, isPending)];
}
