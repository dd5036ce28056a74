using Suite.Faults.History;
using EventType = Suite.Contracts.Orders.V1.OrderEvent.Types.Type;

namespace Suite.Faults.Checking;

/// <summary>
/// An order that was confirmed has one authorization of its total, at the provider and in the ledger; one that was not has at most one, which
/// it was cancelled before; one that was rejected has none.
/// </summary>
internal sealed class ConfirmedHasOneAuthorization : Property
{
    public override IEnumerable<Violation> Check(Evidence evidence) => evidence.Orders.Values.SelectMany(order => Judge(order, evidence));

    private IEnumerable<Violation> Judge(OrderFacts order, Evidence evidence)
    {
        var events = evidence.EventsOf[order.Name].ToList();
        var payments = evidence.PaymentsOf[order.Name].ToList();
        var held = payments.SelectMany(payment => evidence.ProviderOf[payment.Name]).Where(seen => seen.AuthorizedMinor > 0).ToList();
        var posted = payments.SelectMany(payment => evidence.TransactionsOf[payment.Name]).Where(t => t.Template == Transaction.Authorize).ToList();
        object[] records = [order, .. events, .. payments, .. held, .. posted.SelectMany(t => t.Postings)];
        if (events.Exists(e => e.Type == EventType.Confirmed))
        {
            if (payments.Count == 0)
            {
                yield return Broken($"{order.Name} was confirmed and has no payment.", records);
            }
            else if (order.Total.Minor > 0 && (held.Count != 1 || held[0].AuthorizedMinor != order.Total.Minor))
            {
                yield return Broken($"{order.Name} was confirmed, and the provider authorized {Amounts(held.Select(seen => seen.AuthorizedMinor))} for it.", records);
            }
            else if (order.Total.Minor > 0 && (posted.Count != 1 || posted[0].AmountMinor != order.Total.Minor))
            {
                yield return Broken($"{order.Name} was confirmed, and the ledger has {Amounts(posted.Select(t => t.AmountMinor))} authorized for it.", records);
            }
        }
        else if (held.Count > 1 || posted.Count > 1)
        {
            yield return Broken($"{order.Name} was never confirmed, and was authorized more than once.", records);
        }
        else if (held.Count > 0 && events.Exists(e => e.Type == EventType.Rejected))
        {
            yield return Broken($"{order.Name} was rejected, and the provider authorized it.", records);
        }
    }

    private static string Amounts(IEnumerable<long> amounts) => string.Join(" and ", amounts) is { Length: > 0 } text ? text : "nothing";
}
