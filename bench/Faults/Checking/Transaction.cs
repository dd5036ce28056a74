using Suite.Faults.History;

namespace Suite.Faults.Checking;

/// <summary>A transaction of the ledger, put together from its postings.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Postings">Its postings.</param>
internal sealed record Transaction(string Name, IReadOnlyList<PostingFacts> Postings)
{
    /// <summary>The template of what a payment's authorization posts, and of the others.</summary>
    public const string Authorize = "authorize";
    public const string Capture = "capture";
    public const string Refund = "refund";

    public string Template => Postings[0].Template;

    public string Source => Postings[0].Source;

    /// <summary><c>payments/{uuid}</c>; empty for what comes from no payment.</summary>
    public string Payment => Source.StartsWith("payments/", StringComparison.Ordinal) ? string.Join('/', Source.Split('/')[..2]) : string.Empty;

    /// <summary>The id of the payment's step; empty for what comes from none.</summary>
    public string Step => Source.Split('/') is [_, _, "steps", var step] ? step : string.Empty;

    /// <summary>What moved between the provider and anybody: posted for a capture or refund, pending for a hold.</summary>
    public long AmountMinor => Postings
        .Where(posting => posting.IsPending == (Template == Authorize) && posting.IsDebit == (Template != Refund) && IsClearing(posting.Account))
        .Sum(posting => posting.Amount.Minor);

    /// <summary>What it adds to what is held: positive for a hold, negative for what ends one.</summary>
    public long HeldMinor => Postings
        .Where(posting => posting.IsPending && IsClearing(posting.Account))
        .Sum(posting => posting.IsDebit ? posting.Amount.Minor : -posting.Amount.Minor);

    public static bool IsClearing(string account) => account.EndsWith("/clearing", StringComparison.Ordinal);
}
