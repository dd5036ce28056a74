using Suite.Faults.History;
using State = Suite.Contracts.Payments.V1.Payment.Types.State;

namespace Suite.Faults.Checking;

/// <summary>No more is captured, or about to be, than was authorized: in every payment that was seen, in the provider's record, in the ledger.</summary>
internal sealed class CapturedWithinAuthorized : LiveProperty
{
    public override Func<ClientCall, IEnumerable<Violation>> Watch() => call =>
        call.Payments.Where(IsTooMuch).Select(payment => Broken($"{payment.Name}: {Say(payment)}.", call));

    public override IEnumerable<Violation> Check(Evidence evidence) =>
    [
        .. base.Check(evidence),
        .. evidence.Final.Payments.Where(IsTooMuch).Select(payment => Broken($"{payment.Name}: {Say(payment)}.", payment)),
        .. evidence.Provider.Where(IsTooMuch).Select(seen => Broken($"The provider took more of {seen.Payment} than it held.", seen)),
        .. evidence.TransactionsOf.Where(group => group.Key.Length > 0 && IsTooMuch(group))
            .Select(group => Broken($"The ledger has more of {group.Key} captured than authorized.", group.SelectMany(t => t.Postings))),
    ];

    private static bool IsTooMuch(PaymentFacts payment) =>
        payment.CapturedMinor + (payment.State == State.Authorized ? payment.ReservedMinor : 0) > payment.Amount.Minor;

    private static bool IsTooMuch(ProviderSeen seen) => seen.CapturedMinor > seen.AuthorizedMinor || seen.Steps
        .Where(step => step.Kind == ProviderStepKind.Capture && step.IsDone).Sum(step => step.AmountMinor) > seen.AuthorizedMinor;

    private static bool IsTooMuch(IEnumerable<Transaction> transactions) =>
        transactions.Sum(t => t.Template == Transaction.Capture ? t.AmountMinor : t.Template == Transaction.Authorize ? -t.AmountMinor : 0) > 0;

    private static string Say(PaymentFacts payment) =>
        $"{payment.CapturedMinor} captured and {payment.ReservedMinor} reserved of {payment.Amount} in {payment.State}";
}
