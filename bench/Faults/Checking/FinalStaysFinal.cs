using Suite.Faults.History;

namespace Suite.Faults.Checking;

/// <summary>Once an order or a payment was seen in a final state, nobody who looks afterwards sees it in another one.</summary>
internal sealed class FinalStaysFinal : LiveProperty
{
    public override Func<ClientCall, IEnumerable<Violation>> Watch()
    {
        var over = new Dictionary<string, Sighting>();
        return call => See(call, over);
    }

    public override IEnumerable<Violation> Check(Evidence evidence)
    {
        var over = new Dictionary<string, Sighting>();
        List<Violation> found = [.. evidence.Calls.OrderBy(call => call.At).SelectMany(call => See(call, over))];
        foreach (var order in evidence.Final.Orders)
        {
            End(order.Name, Sighting.NameOf(order.State), order);
        }

        foreach (var payment in evidence.Final.Payments)
        {
            End(payment.Name, Sighting.NameOf(payment.State), payment);
        }

        return found;

        void End(string name, string state, object facts)
        {
            if (over.TryGetValue(name, out var before) && before.State != state)
            {
                found.Add(Broken($"{name} was {before.State}, which is final, and is {state} at the end.", before.Call, facts));
            }
        }
    }

    private List<Violation> See(ClientCall call, Dictionary<string, Sighting> over)
    {
        var found = new List<Violation>();
        foreach (var seen in Sighting.Of(call))
        {
            if (over.TryGetValue(seen.Name, out var before))
            {
                if (seen.IsRead && call.Start >= before.Call.At && seen.State != before.State)
                {
                    found.Add(Broken($"{seen.Name} was {before.State}, which is final, and was read as {seen.State} later.", before.Call, call));
                }
            }
            else if (Lives.IsFinal(seen.State))
            {
                over.Add(seen.Name, seen);
            }
        }

        return found;
    }
}
