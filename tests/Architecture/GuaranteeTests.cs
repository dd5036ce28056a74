using System.Text.RegularExpressions;
using NUnit.Framework;

namespace Suite.Tests.Architecture;

/// <summary>docs/guarantees.md names files that keep a promise and tests that show it: all of them are there.</summary>
internal sealed partial class GuaranteeTests
{
    private static readonly string[] s_rows = [.. File.ReadLines(Path.Combine(Repository.Root, "docs", "guarantees.md")).Where(IsPromise)];

    private static readonly Lazy<HashSet<string>> s_tests = new(() =>
    [
        .. Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests"), "*Tests.cs", SearchOption.AllDirectories)
            .SelectMany(file => TestMethod().Matches(File.ReadAllText(file)))
            .Select(match => match.Groups[1].Value),
    ]);

    private static IEnumerable<TestCaseData> Rows => s_rows.Select((row, i) => new TestCaseData(row).SetArgDisplayNames($"{i + 1}"));

    [Test]
    public void There_are_promises() => Assert.That(s_rows, Has.Length.GreaterThan(20));

    [TestCaseSource(nameof(Rows))]
    public void What_a_promise_names_is_there(string row)
    {
        var cells = row.Trim('|').Split('|');
        Assert.That(cells, Has.Length.EqualTo(3), row);
        var docs = Path.Combine(Repository.Root, "docs");
        var missing = Link().Matches(cells[1]).Select(match => match.Groups[1].Value).Where(link => !File.Exists(Path.Combine(docs, link)));
        Assert.That(missing, Is.Empty, "files");
        var tests = Code().Matches(cells[2]).Select(match => match.Groups[1].Value).ToList();
        Assert.That(tests, Is.Not.Empty, "A promise without a test is none.");
        Assert.That(tests.Where(test => !s_tests.Value.Contains(test)), Is.Empty, "tests");
    }

    private static bool IsPromise(string line) =>
        line.StartsWith("| ", StringComparison.Ordinal) && !line.StartsWith("| promise", StringComparison.Ordinal);

    [GeneratedRegex(@"public (?:async )?(?:Task|void) ([A-Z]\w*)\(")]
    private static partial Regex TestMethod();

    [GeneratedRegex(@"\]\(([^)]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("`([A-Z]\\w*)`")]
    private static partial Regex Code();
}
