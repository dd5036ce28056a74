using Suite.Faults.History;
using EventType = Suite.Contracts.Orders.V1.OrderEvent.Types.Type;

namespace Suite.Faults.Checking;

/// <summary>
/// An order that was fulfilled has one capture of its total, at the provider and in the ledger; one that was not has none of which anything was kept.
/// </summary>
internal sealed class FulfilledHasOneCaptureOneJournal : Property
{
    public override IEnumerable<Violation> Check(Evidence evidence) => evidence.Orders.Values.SelectMany(order => Judge(order, evidence));

    private IEnumerable<Violation> Judge(OrderFacts order, Evidence evidence)
    {
        var events = evidence.EventsOf[order.Name].ToList();
        var payments = evidence.PaymentsOf[order.Name].ToList();
        var seen = payments.SelectMany(payment => evidence.ProviderOf[payment.Name]).ToList();
        var taken = seen.SelectMany(s => s.Steps).Where(step => step is { Kind: ProviderStepKind.Capture, IsDone: true }).ToList();
        var journals = payments.SelectMany(payment => evidence.TransactionsOf[payment.Name]).ToList();
        var posted = journals.Where(t => t.Template == Transaction.Capture).ToList();
        object[] records = [order, .. events, .. payments, .. seen, .. journals.SelectMany(t => t.Postings)];
        if (!events.Exists(e => e.Type == EventType.Fulfilled))
        {
            var kept = posted.Sum(t => t.AmountMinor) - journals.Where(t => t.Template == Transaction.Refund).Sum(t => t.AmountMinor);
            if (kept != 0 || seen.Any(s => s.CapturedMinor != s.RefundedMinor))
            {
                yield return Broken($"{order.Name} was never fulfilled, and money was taken for it.", records);
            }
        }
        else if (order.Total.Minor == 0)
        {
            yield break;
        }
        else if (taken.Count != 1 || taken[0].AmountMinor != order.Total.Minor)
        {
            yield return Broken($"{order.Name} was fulfilled, and the provider captured {taken.Count} times for it: {taken.Sum(step => step.AmountMinor)}.", records);
        }
        else if (posted.Count != 1 || posted[0].AmountMinor != order.Total.Minor)
        {
            yield return Broken($"{order.Name} was fulfilled, and the ledger has {posted.Count} captures of it: {posted.Sum(t => t.AmountMinor)}.", records);
        }
        else if (payments.Sum(payment => payment.CapturedMinor) != order.Total.Minor)
        {
            yield return Broken($"{order.Name} was fulfilled, and its payment says that {payments.Sum(payment => payment.CapturedMinor)} is captured.", records);
        }
    }
}
