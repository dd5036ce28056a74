using Suite.Faults.History;

namespace Suite.Faults.Checking;

/// <summary>What the others look at is there: a history that lacks something would hold of everything.</summary>
internal sealed class HistoryIsWhole : Property
{
    public override IEnumerable<Violation> Check(Evidence evidence)
    {
        if (evidence.Entries.Where((entry, place) => entry.Number != place + 1).FirstOrDefault() is { } gap)
        {
            yield return Broken("Entries are missing, or out of order.", gap);
        }

        var missing = new Dictionary<string, bool>
        {
            ["calls"] = evidence.Calls.Count == 0,
            ["the end of the drain phase"] = !evidence.Of<Drained>().Any(),
            ["everything at the end"] = !evidence.Of<FinalState>().Any(),
            ["a comparison of documents"] = !evidence.Of<Compared>().Any(),
            ["what was published"] = evidence.Final.Orders.Count > 0 && evidence.Published.Count == 0,
            ["the provider's record"] = evidence.Final.Payments.Count > 0 && evidence.Provider.Count == 0,
            ["postings"] = evidence.Final.TrialBalance.Count > 0 && evidence.Final.Postings.Count == 0,
        };
        foreach (var (what, _) in missing.Where(part => part.Value))
        {
            yield return Broken($"The history lacks {what}.");
        }

        foreach (var call in evidence.Calls.Where(call => call is { Operation: Operation.CreateOrder or Operation.CreateUser, Mark: "", Outcome: Outcome.Unknown }))
        {
            yield return Broken("What became of a call without an answer could not be recognized: it has no mark.", call);
        }
    }
}
