using Suite.Orders.Features;
using EventType = Suite.Contracts.Orders.V1.OrderEvent.Types.Type;

namespace Suite.Orders.Timelines;

/// <summary>
/// Puts what three services told into one order that contradicts no cause: each chain stays as it counted itself, what one caused in another
/// stands behind it, and only what is still open is decided by the clocks, which differ.
/// </summary>
internal static class TimelineOrder
{
    /// <summary>The entries in order. The same set gives the same order, however it came together.</summary>
    public static IReadOnlyList<TimelineEntry> Sort(IEnumerable<TimelineEntry> entries)
    {
        var nodes = InChains(entries.DistinctBy(entry => entry.Key)).ConvertAll(entry => new Node(entry));
        LinkChains(nodes);
        LinkCauses(nodes);

        var ready = new PriorityQueue<Node, Node>(Comparer<Node>.Create(static (a, b) => ByTime(a.Entry, b.Entry)));
        foreach (var node in nodes.Where(node => node.Before == 0))
        {
            ready.Enqueue(node, node);
        }

        var sorted = new List<TimelineEntry>(nodes.Count);
        while (sorted.Count < nodes.Count)
        {
            // A circle can only come of a record that contradicts itself: it is cut where the clocks say.
            var next = ready.Count > 0 ? ready.Dequeue() : nodes.Where(node => !node.IsPlaced).Min(Comparer<Node>.Create((a, b) => ByTime(a.Entry, b.Entry)))!;
            if (next.IsPlaced)
            {
                continue;
            }

            next.IsPlaced = true;
            sorted.Add(next.Entry);
            foreach (var after in next.After)
            {
                if (--after.Before == 0 && !after.IsPlaced)
                {
                    ready.Enqueue(after, after);
                }
            }
        }

        return sorted;
    }

    private static void LinkChains(List<Node> nodes)
    {
        for (var i = 1; i < nodes.Count; i++)
        {
            if (nodes[i - 1].Entry.Chain == nodes[i].Entry.Chain)
            {
                nodes[i - 1].Precedes(nodes[i]);
            }
        }
    }

    private static void LinkCauses(List<Node> nodes)
    {
        var order = nodes.Where(node => node.Entry.Chain == TimelineChain.Order).ToList();
        var payment = nodes.Where(node => node.Entry.Chain == TimelineChain.Payment).ToList();
        if (order.Count > 0 && payment.Count > 0 && order[0].Entry.Type == EventType.Placed)
        {
            order[0].Precedes(payment[0]);
        }

        LinkOutcomes(order, payment);
        LinkSteps(order, payment);
        if (order.Find(node => node.Entry.Type == EventType.Cancelled) is not { } cancelled)
        {
            return;
        }

        foreach (var released in payment.Where(node => node.Entry.Type == EventType.PaymentVoided))
        {
            // Released first and cancelled for it, or the other way around.
            if (cancelled.Entry.Reason is CancelReasons.PaymentVoided or CancelReasons.AuthorizationExpired)
            {
                released.Precedes(cancelled);
            }
            else
            {
                cancelled.Precedes(released);
            }
        }

        if (cancelled.Entry.Reason == CancelReasons.CustomerDeleted
            && nodes.Find(node => node.Entry.Type == EventType.CustomerDeleted) is { } deleted)
        {
            deleted.Precedes(cancelled);
        }
    }

    // What the provider said of the authorization, and what became of the order for it.
    private static void LinkOutcomes(List<Node> order, List<Node> payment)
    {
        foreach (var (cause, effect) in new[]
        {
            (EventType.PaymentActionRequired, EventType.ActionRequired),
            (EventType.PaymentAuthorized, EventType.Confirmed),
            (EventType.PaymentDeclined, EventType.Rejected),
        })
        {
            if (payment.Find(node => node.Entry.Type == cause) is { } said && order.Find(node => node.Entry.Type == effect) is { } became)
            {
                said.Precedes(became);
            }
        }
    }

    // A step begins at the order, is done or refused at the payment, and ends at the order.
    private static void LinkSteps(List<Node> order, List<Node> payment)
    {
        var atPayment = payment.Where(node => node.Entry.Step is not null).ToLookup(node => node.Entry.Step!.Value);
        foreach (var node in order)
        {
            if (node.Entry.Step is not { } step)
            {
                continue;
            }

            foreach (var done in atPayment[step])
            {
                if (TimelineEntry.IsStart(node.Entry.Type))
                {
                    node.Precedes(done);
                }
                else
                {
                    done.Precedes(node);
                }
            }
        }
    }

    // Each chain as it counted itself, and no time earlier than the one before it.
    private static List<TimelineEntry> InChains(IEnumerable<TimelineEntry> entries)
    {
        var sorted = entries.OrderBy(entry => entry.Chain).ThenBy(entry => entry.Version).ThenBy(entry => entry.Place).ThenBy(entry => entry.Type).ToList();
        for (var i = 1; i < sorted.Count; i++)
        {
            if (sorted[i].Chain == sorted[i - 1].Chain && sorted[i].Time < sorted[i - 1].Time)
            {
                sorted[i] = sorted[i] with { Time = sorted[i - 1].Time };
            }
        }

        return sorted;
    }

    private static int ByTime(TimelineEntry a, TimelineEntry b)
    {
        var byTime = a.Time.CompareTo(b.Time);
        return byTime != 0 ? byTime : a.Chain != b.Chain ? a.Chain.CompareTo(b.Chain) : string.CompareOrdinal(a.Key, b.Key);
    }

    private sealed class Node(TimelineEntry entry)
    {
        public TimelineEntry Entry => entry;

        public List<Node> After { get; } = [];

        public int Before { get; set; }

        public bool IsPlaced { get; set; }

        public void Precedes(Node other)
        {
            After.Add(other);
            other.Before++;
        }
    }
}
