using Suite.Faults.History;
using OrderState = Suite.Contracts.Orders.V1.Order.Types.State;

namespace Suite.Faults.Checking;

/// <summary>A client that was told that its write is done finds it whatever it reads next, and at whichever replica: also at its payment.</summary>
internal sealed class ReadYourWrites : LiveProperty
{
    public override Func<ClientCall, IEnumerable<Violation>> Watch()
    {
        var written = new Bars();
        var captured = new Bars();
        return call => [.. See(call, written), .. SeeMoney(call, captured)];
    }

    private static string Key(ClientCall call, string name) => $"{name} of {call.Client}";

    private List<Violation> See(ClientCall call, Bars written)
    {
        var found = new List<Violation>();
        if (call is { Operation: Operation.GetOrder or Operation.ListOrderEvents, Status: "NotFound" }
            && written.By(Key(call, call.Name), call.Start) is var (_, made))
        {
            found.Add(Broken($"{call.Client} wrote {call.Name}, and does not find it.", made, call));
        }

        foreach (var seen in Sighting.Of(call))
        {
            if (!seen.IsRead)
            {
                written.Raise(Key(call, seen.Name), seen.Version, call.At, call);
            }
            else if (written.By(Key(call, seen.Name), call.Start) is var (version, shown) && version > seen.Version)
            {
                found.Add(Broken($"{call.Client} wrote version {version} of {seen.Name}, and reads {seen.Version}.", shown, call));
            }
        }

        return found;
    }

    // Payment had taken the money, and given it back, before the order said so. Amounts are bars as versions are.
    private List<Violation> SeeMoney(ClientCall call, Bars captured)
    {
        var found = new List<Violation>();
        foreach (var payment in call.Payments)
        {
            Judge("captured", payment.CapturedMinor);
            Judge("refunded", payment.RefundedMinor);

            void Judge(string what, long minor)
            {
                if (captured.By(Key(call, $"{what} of {payment.Name}"), call.Start) is var (known, shown) && known > minor)
                {
                    found.Add(Broken($"{call.Client} was told that {known} minor units are {what} of {payment.Name}, and reads {minor}.", shown, call));
                }
            }
        }

        foreach (var order in call.Orders.Where(order => order.Payment.Length > 0))
        {
            if (order.State is OrderState.Fulfilled or OrderState.PartiallyRefunded or OrderState.Refunded)
            {
                captured.Raise(Key(call, $"captured of {order.Payment}"), order.Total.Minor, call.At, call);
                captured.Raise(Key(call, $"refunded of {order.Payment}"), order.RefundedMinor, call.At, call);
            }
        }

        return found;
    }
}
