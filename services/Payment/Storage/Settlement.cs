using Suite.Payments.Domain;
using Suite.Payments.Ledger;
using Suite.Platform.Messaging;

namespace Suite.Payments.Storage;

/// <summary>What came of a claim: a transition with its event, or the wish to try again.</summary>
/// <param name="Claim">The claim.</param>
/// <param name="After">The payment after its transition; null when the outcome is unknown.</param>
/// <param name="Event">The event of the transition.</param>
/// <param name="Postings">What the transition moves.</param>
/// <param name="RetryAfter">When the outcome is unknown: how long to wait before the next attempt.</param>
internal sealed record Settlement(
    Claim Claim, Payment? After, OutboxRow? Event, IReadOnlyList<JournalTransaction> Postings, TimeSpan RetryAfter)
{
    /// <summary>A transition of a payment that <paramref name="provider"/> holds.</summary>
    public static Settlement Done(Claim claim, Payment after, string provider, OutboxRow row) =>
        new(claim, after, row, PostingTemplates.Settled(claim.Payment, after, provider), TimeSpan.Zero);

    public static Settlement Retry(Claim claim, TimeSpan after) => new(claim, null, null, [], after);
}

/// <summary>What committing a settlement found.</summary>
internal enum Settled
{
    /// <summary>The claim was no longer ours, or its work is done already: nothing was written.</summary>
    Lost = 0,

    /// <summary>It is durable.</summary>
    Committed = 1,

    /// <summary>It is durable, and a void was requested meanwhile: the next work is due.</summary>
    VoidDue = 2,
}
