using Suite.Faults.History;

namespace Suite.Faults.Checking;

/// <summary>What was acknowledged is there, under the name that was answered, and once.</summary>
internal sealed class AcknowledgedExistsOnce : Property
{
    public override IEnumerable<Violation> Check(Evidence evidence)
    {
        foreach (var tally in Tally.Of(evidence).Where(tally => tally.Found.Count < tally.Ok))
        {
            yield return Broken($"What was acknowledged is missing. {tally}.", tally.Records);
        }

        var listed = evidence.Final.Orders.Select(order => order.Name)
            .Concat(evidence.Final.Users.Select(user => user.Name))
            .Concat(evidence.Final.Products)
            .CountBy(name => name)
            .ToDictionary();
        var created = evidence.Requests.Where(request =>
            request.Outcome == Outcome.Ok && request.Operation is Operation.CreateOrder or Operation.CreateUser or Operation.CreateProduct);
        foreach (var request in created.Where(request => request.Outcome == Outcome.Ok))
        {
            if (listed.GetValueOrDefault(request.Name) is var times and not 1)
            {
                yield return Broken($"{request.Name} was acknowledged and is listed {times} times at the end.", request.Attempts);
            }
        }
    }
}
