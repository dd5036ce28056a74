using System.Globalization;
using Suite.Faults.History;

namespace Suite.Faults.Checking;

/// <summary>
/// Who reads after somebody has seen a version sees that one or a later one: of orders and payments, which are read from the record, whoever
/// reads; of users, whom replicas keep in memory for a while, whoever asks the same process.
/// </summary>
internal sealed class VersionsNeverDecrease : LiveProperty
{
    public override Func<ClientCall, IEnumerable<Violation>> Watch()
    {
        var bars = new Bars();
        return call => See(call, bars);
    }

    public override IEnumerable<Violation> Check(Evidence evidence)
    {
        // A replica that began anew has heard of nothing.
        var lives = evidence.Of<FaultFired>().ToLookup(fault => fault.Target);
        var users = new Bars();
        return
        [
            .. base.Check(evidence),
            .. evidence.Calls.Where(call => call is { Outcome: Outcome.Ok, Users.Count: > 0 }).OrderBy(call => call.At).SelectMany(call =>
                SeeUsers(call, lives[call.Replica].Count(fault => fault.Start <= call.At), users)),
        ];
    }

    private List<Violation> See(ClientCall call, Bars bars)
    {
        var found = new List<Violation>();
        foreach (var seen in Sighting.Of(call))
        {
            if (seen.IsRead && bars.By(seen.Name, call.Start) is var (version, shown) && version > seen.Version)
            {
                found.Add(Broken($"{seen.Name} was read at version {seen.Version}, and had been seen at {version} before.", shown, call));
            }

            bars.Raise(seen.Name, seen.Version, call.At, call);
        }

        return found;
    }

    private IEnumerable<Violation> SeeUsers(ClientCall call, int life, Bars bars)
    {
        foreach (var user in call.Users)
        {
            if (!long.TryParse(user.Etag, NumberStyles.None, CultureInfo.InvariantCulture, out var seen))
            {
                continue;
            }

            var key = $"{user.Name} at {call.Replica} in its life {life}";
            if (call.RequestId.Length == 0 && bars.By(key, call.Start) is var (version, shown) && version > seen)
            {
                yield return Broken($"{call.Replica} answered {user.Name} at version {seen}, and {version} before.", shown, call);
            }

            bars.Raise(key, seen, call.At, call);
        }
    }
}
