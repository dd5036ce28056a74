using Suite.Platform.Monetary;

namespace Suite.Payments.Ledger;

/// <summary>Entries that are posted together. Debits are credits in every currency, pending and posted each for itself.</summary>
/// <param name="Key">The business step; each is posted once, ever: a second transaction of the same key is not written.</param>
/// <param name="Template">The posting template, see <see cref="PostingTemplates"/>.</param>
/// <param name="Source">What it is from: <c>payments/{uuid}/steps/{uuid}</c>, <c>disputes/{uuid}</c>, or empty.</param>
/// <param name="EffectiveTime">From when on it counts, in UTC.</param>
/// <param name="Entries">The entries, two or more.</param>
internal sealed record JournalTransaction(
    string Key, string Template, string Source, DateTimeOffset EffectiveTime, IReadOnlyList<JournalEntry> Entries)
{
    /// <summary>Its id.</summary>
    public Guid Id { get; init; } = Guid.CreateVersion7();

    /// <summary>For the record; no personal data.</summary>
    public string Description { get; init; } = string.Empty;

    /// <summary>The transaction this one reverses.</summary>
    public Guid? Reverses { get; init; }
}

/// <summary>One side of a transaction.</summary>
/// <param name="Account">The account's name without <c>accounts/</c>, for example <c>providers/simulator/clearing</c>.</param>
/// <param name="IsDebit">Debit, or else credit.</param>
/// <param name="Amount">More than 0.</param>
/// <param name="IsPending">A hold: a promise, and no money that moved.</param>
internal sealed record JournalEntry(string Account, bool IsDebit, MoneyAmount Amount, bool IsPending = false)
{
    /// <summary>In minor units, a debit more than 0 and a credit less.</summary>
    public long SignedMinor => IsDebit ? Amount.MinorUnits : -Amount.MinorUnits;
}
