namespace Suite.Faults.Checking;

/// <summary>A request without an answer was carried out once or not at all.</summary>
internal sealed class UnknownIsZeroOrOne : Property
{
    public override IEnumerable<Violation> Check(Evidence evidence) => Tally.Of(evidence)
        .Where(tally => tally is { IsTooMany: true, Failed: 0, Unknown: > 0 })
        .Select(tally => Broken($"A request without an answer was carried out more than once. {tally}.", tally.Records));
}
