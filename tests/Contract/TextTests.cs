using System.Text.RegularExpressions;
using NUnit.Framework;
using Suite.Contracts.Common.V1;

namespace Suite.Tests.Contract;

/// <summary>What a reader of the protos finds: every reason with its status and an example, everything with a comment.</summary>
internal sealed partial class TextTests
{
    private static IEnumerable<string> Protos => Directory.EnumerateFiles(Path.Combine(Contracts.Folder, "suite"), "*.proto", SearchOption.AllDirectories)
        .Select(f => Path.GetRelativePath(Contracts.Folder, f).Replace('\\', '/')).Order(StringComparer.Ordinal);

    private static IEnumerable<TestCaseData> Reasons => Contracts.Enums.Single(e => e.Name == nameof(ErrorReason)).Values
        .Where(v => v.Number != 0)
        .Select(v => new TestCaseData(v.Name));

    [TestCaseSource(nameof(Reasons))]
    public void A_reason_names_its_status_and_shows_an_example(string reason)
    {
        var comment = CommentOf(reason);
        Assert.That(comment, Does.Match(@"^[A-Z_]+( with `RetryInfo`)?: "), "the comment starts with the status");
        Assert.That(comment, Does.Contain("Example: "));
        Assert.That(Enum.GetNames<Google.Rpc.Code>().Select(Shout), Does.Contain(StatusName().Match(comment).Value), "there is such a status");
    }

    [TestCaseSource(nameof(Protos))]
    public void Everything_has_a_comment_that_is_a_sentence(string proto)
    {
        var lines = File.ReadAllLines(Path.Combine(Contracts.Folder, proto));
        for (var i = 0; i < lines.Length; i++)
        {
            if (Declaration().IsMatch(lines[i]))
            {
                Assert.That(lines[i - 1].TrimStart(), Does.StartWith("//"), $"{proto}:{i + 1} has no comment");
                Assert.That(lines[i - 1], Does.Match(@"[.!)`:]$"), $"{proto}:{i} is no sentence");
            }
        }
    }

    [TestCaseSource(nameof(Protos))]
    public void A_file_lies_where_its_package_says(string proto)
    {
        var text = File.ReadAllText(Path.Combine(Contracts.Folder, proto));
        var folder = proto[..proto.LastIndexOf('/')].Replace('/', '.');
        Assert.That(text, Does.Contain($"package {folder};"));
    }

    private static string CommentOf(string value)
    {
        var lines = File.ReadAllLines(Path.Combine(Contracts.Folder, "suite/common/v1/error_reason.proto"));
        var at = Array.FindIndex(lines, line => line.TrimStart().StartsWith(value + " =", StringComparison.Ordinal));
        var comment = lines[..at].Reverse().TakeWhile(line => line.TrimStart().StartsWith("//", StringComparison.Ordinal)).Reverse();
        return string.Join(' ', comment.Select(line => line.Trim(' ', '/')));
    }

    private static string Shout(string name) => Capital().Replace(name, "_$0").ToUpperInvariant();

    [GeneratedRegex(@"^\s*(service|message|enum|rpc) |^\s+(repeated |optional )?[\w.]+ [a-z_0-9]+ = \d+|^\s+[A-Z_0-9]+ = \d+;")]
    private static partial Regex Declaration();

    [GeneratedRegex("^[A-Z_]+")]
    private static partial Regex StatusName();

    [GeneratedRegex("(?<=[a-z])[A-Z]")]
    private static partial Regex Capital();
}
