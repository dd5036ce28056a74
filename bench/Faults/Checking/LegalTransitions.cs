using Suite.Faults.History;
using EventType = Suite.Contracts.Orders.V1.OrderEvent.Types.Type;
using State = Suite.Contracts.Orders.V1.Order.Types.State;

namespace Suite.Faults.Checking;

/// <summary>
/// An order and a payment go only where the contract lets them, a version has one content whoever sees it, and an event says what state it led to.
/// </summary>
internal sealed class LegalTransitions : LiveProperty
{
    public override Func<ClientCall, IEnumerable<Violation>> Watch()
    {
        var seen = new Dictionary<string, SortedList<long, Sighting>>();
        return call => See(call, seen);
    }

    public override IEnumerable<Violation> Check(Evidence evidence) =>
        [.. base.Check(evidence), .. evidence.EventsOf.SelectMany(events => OfEvents([.. events.OrderBy(e => e.Sequence)]))];

    private static bool Fits(OrderEventFacts e) => e.Type switch
    {
        EventType.Placed => e.State == State.Pending,
        EventType.Confirmed => e.State == State.Confirmed,
        EventType.Rejected => e.State == State.Rejected,
        EventType.Cancelled => e.State == State.Cancelled,
        EventType.Fulfilled => e.State == State.Fulfilled,
        EventType.Refunded => e.State is State.PartiallyRefunded or State.Refunded,
        EventType.ActionRequired => e.State == State.Pending,
        EventType.FulfillmentStarted or EventType.FulfillmentFailed => e.State == State.Confirmed,
        EventType.RefundStarted or EventType.RefundFailed => e.State is State.Fulfilled or State.PartiallyRefunded or State.Refunded,
        // What made it so is at the payment or with the customer; the order has not heard of it yet.
        EventType.PaymentActionRequired or EventType.PaymentDeclined or EventType.PaymentAuthorized => e.State is State.Pending or State.Cancelled,
        EventType.PaymentCaptured or EventType.PaymentRefunded or EventType.PaymentVoided or EventType.PaymentStepRefused or EventType.PaymentDisputed => true,
        EventType.CustomerSuspended or EventType.CustomerReactivated or EventType.CustomerDeleted => true,
        _ => false,
    };

    private List<Violation> See(ClientCall call, Dictionary<string, SortedList<long, Sighting>> seen)
    {
        var found = new List<Violation>();
        foreach (var sighting in Sighting.Of(call))
        {
            if (!seen.TryGetValue(sighting.Name, out var versions))
            {
                seen[sighting.Name] = versions = [];
            }

            if (versions.TryGetValue(sighting.Version, out var other))
            {
                if (other.State != sighting.State || (other.Facts is { } facts && sighting.Facts is { } these && !facts.Equals(these)))
                {
                    found.Add(Broken($"{sighting.Name} was seen in two shapes of its version {sighting.Version}.", other.Call, call));
                }

                if (other.Facts is null)
                {
                    versions[sighting.Version] = sighting;
                }

                continue;
            }

            versions.Add(sighting.Version, sighting);
            var at = versions.IndexOfKey(sighting.Version);
            if (at > 0)
            {
                Judge(versions.Values[at - 1], sighting);
            }

            if (at + 1 < versions.Count)
            {
                Judge(sighting, versions.Values[at + 1]);
            }
        }

        return found;

        void Judge(Sighting before, Sighting after)
        {
            if (!Lives.CanCome(before.State, after.State))
            {
                found.Add(Broken(
                    $"{after.Name}: after {before.State} (version {before.Version}) there can be no {after.State} (version {after.Version}).",
                    before.Call,
                    after.Call));
            }
        }
    }

    private IEnumerable<Violation> OfEvents(IReadOnlyList<OrderEventFacts> events)
    {
        if (events[0].Type != EventType.Placed)
        {
            yield return Broken($"{events[0].Order} begins with {events[0].Type}.", events[0]);
        }

        foreach (var e in events.Where(e => !Fits(e)))
        {
            yield return Broken($"{e.Order}: {e.Type} can not have led to {e.State}.", e);
        }

        foreach (var (before, after) in events.Zip(events.Skip(1)))
        {
            if (!Lives.CanFollow(Sighting.NameOf(before.State), Sighting.NameOf(after.State)))
            {
                yield return Broken($"{after.Order}: {after.State} can not follow {before.State}.", before, after);
            }
        }
    }
}
