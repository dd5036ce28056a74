using Suite.Faults.History;

namespace Suite.Faults.Checking;

/// <summary>
/// The events of an order and its versions are numbered without gaps, and neither their versions run backwards nor the times of those that
/// one service told of: what another did has the time of another clock.
/// </summary>
internal sealed class OrdersMoveForward : Property
{
    public override IEnumerable<Violation> Check(Evidence evidence)
    {
        foreach (var events in evidence.EventsOf)
        {
            foreach (var (before, after) in events.Zip(events.Skip(1)))
            {
                if (after.Sequence != before.Sequence + 1)
                {
                    yield return Broken($"{after.Order}: event {after.Sequence} follows event {before.Sequence}.", before, after);
                }

                // Events are counted when they are listed, so that one that is gone is missed by its version alone.
                if (after.Version > before.Version + 1)
                {
                    yield return Broken($"{after.Order}: version {after.Version} follows version {before.Version}.", before, after);
                }

                if (after.Version < before.Version)
                {
                    yield return Broken($"{after.Order}: event {after.Sequence} is before the one before it, by its version.", before, after);
                }
            }

            foreach (var (before, after) in events.GroupBy(e => e.Teller).SelectMany(of => of.Zip(of.Skip(1))).Where(pair => pair.Second.Time < pair.First.Time))
            {
                yield return Broken($"{after.Order}: event {after.Sequence} is before event {before.Sequence}, by its time.", before, after);
            }
        }

        foreach (var order in evidence.Final.Orders)
        {
            if (evidence.EventsOf[order.Name].LastOrDefault() is not { } last || last.Version != order.Version || last.State != order.State)
            {
                yield return Broken($"{order.Name} is not as its last event says.", order, evidence.EventsOf[order.Name].LastOrDefault() ?? (object)"no event");
            }
        }

        foreach (var orders in evidence.Calls.SelectMany(call => call.Orders).Concat(evidence.Final.Orders).GroupBy(order => order.Name))
        {
            var inOrder = orders.OrderBy(order => order.Version).ToList();
            if (inOrder.Zip(inOrder.Skip(1)).FirstOrDefault(pair => pair.Second.UpdateTime < pair.First.UpdateTime) is { First: not null } pair)
            {
                yield return Broken($"{orders.Key} changed at an earlier time than its version before.", pair.First, pair.Second);
            }
        }
    }
}
