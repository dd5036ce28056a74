using Suite.Faults.History;
using State = Suite.Contracts.Payments.V1.Payment.Types.State;

namespace Suite.Faults.Checking;

/// <summary>
/// No more is given back, or about to be, than was taken, also when several ask for parts at once: in every order and payment that was seen, in
/// the provider's record, in the ledger.
/// </summary>
internal sealed class RefundedWithinCaptured : LiveProperty
{
    public override Func<ClientCall, IEnumerable<Violation>> Watch() => See;

    public override IEnumerable<Violation> Check(Evidence evidence) =>
    [
        .. base.Check(evidence),
        .. Judge(evidence.Final.Orders, evidence.Final.Payments),
        .. evidence.Provider.Where(IsTooMuch).Select(seen => Broken($"The provider gave more of {seen.Payment} back than it took.", seen)),
        .. evidence.TransactionsOf.Where(group => group.Key.Length > 0 && IsTooMuch(group))
            .Select(group => Broken($"The ledger has more of {group.Key} given back than taken.", group.SelectMany(t => t.Postings))),
        .. evidence.EventsOf.SelectMany(events => OfEvents(events.Key, evidence)),
    ];

    private static bool IsTooMuch(PaymentFacts payment) =>
        payment.RefundedMinor + (payment.State is State.Captured or State.PartiallyRefunded or State.Refunded ? payment.ReservedMinor : 0) > payment.CapturedMinor;

    private static bool IsTooMuch(ProviderSeen seen) => seen.RefundedMinor > seen.CapturedMinor || seen.Steps
        .Where(step => step.Kind == ProviderStepKind.Refund && step.IsDone).Sum(step => step.AmountMinor) > seen.CapturedMinor;

    private static bool IsTooMuch(IEnumerable<Transaction> transactions) =>
        transactions.Sum(t => t.Template == Transaction.Refund ? t.AmountMinor : t.Template == Transaction.Capture ? -t.AmountMinor : 0) > 0;

    private IEnumerable<Violation> See(ClientCall call) => Judge(call.Orders, call.Payments, call);

    private IEnumerable<Violation> Judge(IEnumerable<OrderFacts> orders, IEnumerable<PaymentFacts> payments, ClientCall? call = null) =>
    [
        .. orders.Where(order => order.RefundedMinor > order.Total.Minor)
            .Select(order => Broken($"{order.Name}: {order.RefundedMinor} given back of {order.Total}.", call ?? (object)order)),
        .. payments.Where(IsTooMuch).Select(payment => Broken(
            $"{payment.Name}: {payment.RefundedMinor} given back and {payment.ReservedMinor} reserved of {payment.CapturedMinor} captured.",
            call ?? (object)payment)),
    ];

    // The history of an order adds up to what the order says.
    private IEnumerable<Violation> OfEvents(string order, Evidence evidence)
    {
        var refunds = evidence.EventsOf[order].Where(e => e.Type == Contracts.Orders.V1.OrderEvent.Types.Type.Refunded).ToList();
        if (evidence.Orders.TryGetValue(order, out var facts) && refunds.Sum(e => e.AmountMinor) != facts.RefundedMinor)
        {
            yield return Broken($"{order}: its events give {refunds.Sum(e => e.AmountMinor)} back, and it says {facts.RefundedMinor}.", [facts, .. refunds]);
        }
    }
}
