using Suite.Faults.History;

namespace Suite.Faults.Checking;

/// <summary>A property that does not hold.</summary>
/// <param name="Property">Its name.</param>
/// <param name="Sentence">What is wrong.</param>
/// <param name="Records">What shows it: entries as lines of the history, and facts out of them.</param>
internal sealed record Violation(string Property, string Sentence, IReadOnlyList<string> Records)
{
    /// <summary>What shows it, as text.</summary>
    public static IReadOnlyList<string> Show(IEnumerable<object> records) =>
        [.. records.Select(record => record is Entry entry ? RunHistory.Line(entry) : record.ToString() ?? string.Empty)];

    public override string ToString() => $"{Property}: {Sentence}";
}
