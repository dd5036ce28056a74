namespace Suite.Faults.Checking;

/// <summary>What was refused for certain left nothing, and nothing is there that nobody asked for.</summary>
internal sealed class FailedLeftNothing : Property
{
    public override IEnumerable<Violation> Check(Evidence evidence) => Tally.Of(evidence)
        .Where(tally => tally.IsTooMany && (tally.Failed > 0 || tally.Requests.Count == 0))
        .Select(tally => Broken(
            tally.Failed > 0 ? $"A request that was refused left something. {tally}." : $"Nobody asked for this. {tally}.", tally.Records));
}
