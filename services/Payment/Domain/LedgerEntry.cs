using Suite.Platform.Monetary;
using State = Suite.Contracts.Payments.V1.Payment.Types.State;

namespace Suite.Payments.Domain;

/// <summary>One side of a ledger transaction. A transaction is all entries of one payment and step; it balances.</summary>
/// <param name="PaymentId">The payment.</param>
/// <param name="Step">The business step; a payment posts each step once.</param>
/// <param name="Line">The entry's number in its transaction, from 1.</param>
/// <param name="Account">The kind of account.</param>
/// <param name="IsDebit">Debit, or else credit.</param>
/// <param name="Amount">More than 0.</param>
/// <param name="Time">When the step happened.</param>
internal sealed record LedgerEntry(
    Guid PaymentId, string Step, short Line, string Account, bool IsDebit, MoneyAmount Amount, DateTimeOffset Time)
{
    /// <summary>What providers hold for us. Pending: a hold is a promise, no money has moved.</summary>
    public const string ProviderHolds = "provider_holds";

    /// <summary>What is held of our customers' money. Pending.</summary>
    public const string CustomerHolds = "customer_holds";

    public const string AuthorizeStep = "authorize";
    public const string VoidStep = "void";

    public long DebitMinor => IsDebit ? Amount.MinorUnits : 0;

    public long CreditMinor => IsDebit ? 0 : Amount.MinorUnits;

    /// <summary>
    /// What the transition from <paramref name="before"/> to <paramref name="after"/> posts: nothing when no money is held
    /// because of it. A void is a transaction of its own that reverses the first; entries are never changed.
    /// </summary>
    public static IReadOnlyList<LedgerEntry> Of(Payment before, Payment after) => (before.State, after.State) switch
    {
        _ when after.Amount.MinorUnits == 0 => [],
        (State.Pending, State.Authorized) => Transaction(after, AuthorizeStep, ProviderHolds, CustomerHolds),
        (State.Authorized, State.Voided) => Transaction(after, VoidStep, CustomerHolds, ProviderHolds),
        _ => [],
    };

    private static LedgerEntry[] Transaction(Payment payment, string step, string debit, string credit) =>
    [
        new(payment.Id, step, 1, debit, true, payment.Amount, payment.UpdateTime),
        new(payment.Id, step, 2, credit, false, payment.Amount, payment.UpdateTime),
    ];
}
