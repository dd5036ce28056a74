using Suite.Faults.History;

namespace Suite.Faults.Checking;

/// <summary>Once everything is at rest, each document that is made of events is what the record says.</summary>
internal sealed class DocumentsAreTheRecord : Property
{
    public override IEnumerable<Violation> Check(Evidence evidence)
    {
        foreach (var compared in evidence.Of<Compared>().Where(compared => compared.DifferenceCount > 0))
        {
            yield return Broken(
                $"{compared.DifferenceCount} of {compared.DocumentCount} documents of {compared.Projection} differ: {string.Join("; ", compared.Differences.Take(5))}.", compared);
        }

        foreach (var compared in evidence.Of<Compared>().Where(compared => compared.DocumentCount < evidence.Final.Orders.Count))
        {
            yield return Broken($"{compared.Projection} has {compared.DocumentCount} documents, and there are {evidence.Final.Orders.Count} orders.", compared);
        }
    }
}
