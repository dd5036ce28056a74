namespace Suite.Faults.Plan;

/// <summary>Which servers a run has, beyond those that every run has.</summary>
/// <param name="RealKafka">Whether the broker is a process that remembers, and can be spoken to by wires.</param>
/// <param name="Mongo">Whether MongoDB keeps the stories of orders.</param>
/// <param name="Elasticsearch">Whether Elasticsearch finds orders.</param>
internal sealed record Present(bool RealKafka, bool Mongo, bool Elasticsearch)
{
    /// <summary>All of them.</summary>
    public static readonly Present Everything = new(true, true, true);
}
