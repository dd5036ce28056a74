using Google.Protobuf;
using Suite.Payments.Domain;
using Suite.Payments.Ledger;
using Suite.Platform.Messaging;
using State = Suite.Contracts.Payments.V1.Payment.Types.State;

namespace Suite.Payments.Storage;

/// <summary>What came of a claim: a transition with its event, or the wish to try again.</summary>
/// <param name="Claim">The claim.</param>
/// <param name="After">The payment after its transition; null when the outcome is unknown.</param>
/// <param name="Event">The event of the transition.</param>
/// <param name="RetryAfter">When the outcome is unknown: how long to wait before the next attempt.</param>
internal sealed record Settlement(Claim Claim, Payment? After, OutboxRow? Event, TimeSpan RetryAfter)
{
    /// <summary>What is posted with the transition.</summary>
    public IReadOnlyList<JournalTransaction> Postings => After is { State: State.Authorized, Amount.MinorUnits: > 0 }
        ? [PostingTemplates.Authorized(After, After.Provider, After.Id, After.UpdateTime)]
        : [];

    /// <summary>The answer to the call that made the payment, where one did.</summary>
    public byte[]? Answer => After is { RequestId: not null } ? After.ToProto([]).ToByteArray() : null;

    /// <summary>The id of the step that releases the hold again, should that have been asked for meanwhile.</summary>
    public Guid VoidStep { get; } = Guid.CreateVersion7();

    public static Settlement Done(Claim claim, Payment after, OutboxRow row) => new(claim, after, row, TimeSpan.Zero);

    public static Settlement Retry(Claim claim, TimeSpan after) => new(claim, null, null, after);
}

/// <summary>What committing a settlement found.</summary>
internal enum Settled
{
    /// <summary>The claim was no longer ours, or its work is done already: nothing was written.</summary>
    Lost = 0,

    /// <summary>It is durable.</summary>
    Committed = 1,

    /// <summary>It is durable, and a void was requested meanwhile: the step that releases the hold is due.</summary>
    VoidDue = 2,
}
