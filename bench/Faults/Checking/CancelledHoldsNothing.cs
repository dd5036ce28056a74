using Suite.Faults.History;
using PaymentState = Suite.Contracts.Payments.V1.Payment.Types.State;
using State = Suite.Contracts.Orders.V1.Order.Types.State;

namespace Suite.Faults.Checking;

/// <summary>For an order that is cancelled or rejected nothing is held and nothing was kept: by the payment, the provider, the ledger.</summary>
internal sealed class CancelledHoldsNothing : Property
{
    public override IEnumerable<Violation> Check(Evidence evidence) => evidence.Orders.Values
        .Where(order => order.State is State.Cancelled or State.Rejected)
        .SelectMany(order => evidence.PaymentsOf[order.Name].SelectMany(payment => Judge(order, payment, evidence)));

    private IEnumerable<Violation> Judge(OrderFacts order, PaymentFacts payment, Evidence evidence)
    {
        var seen = evidence.ProviderOf[payment.Name].ToList();
        var posted = evidence.TransactionsOf[payment.Name].ToList();
        object[] records = [order, payment, .. seen, .. posted.SelectMany(t => t.Postings)];
        if (payment.State is not (PaymentState.Voided or PaymentState.Declined or PaymentState.Refunded))
        {
            yield return Broken($"{order.Name} is {order.State}, and its payment is {payment.State}.", records);
        }

        if (seen.Sum(s => s.HeldMinor) is var held && seen.Sum(s => s.CapturedMinor - s.RefundedMinor) is var kept && (held != 0 || kept != 0))
        {
            yield return Broken($"{order.Name} is {order.State}, and the provider holds {held} and has kept {kept} of it.", records);
        }

        if (posted.Sum(t => t.HeldMinor) is var open and not 0)
        {
            yield return Broken($"{order.Name} is {order.State}, and the ledger has {open} held for it.", records);
        }
    }
}
