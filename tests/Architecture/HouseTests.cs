using System.Text.RegularExpressions;
using NUnit.Framework;

namespace Suite.Tests.Architecture;

/// <summary>What the house looks like: rooms, doors, names, and nothing that belongs to one machine.</summary>
internal sealed partial class HouseTests
{
    private static readonly string[] TopLevel =
    [
        ".ci", ".config", ".editorconfig", ".gitattributes", ".gitignore", "Directory.Build.props", "Directory.Packages.props", "LICENSE",
        "README.md", "Suite.sln", "bench", "build.cake", "build.sh", "clients", "deploy", "docs", "global.json", "protos", "services", "tests",
    ];

    private static readonly string[] Kinds = ["Common", "Helpers", "Utils", "Models", "Interfaces"];

    private static readonly string[] Binary = [".png", ".gif", ".jpg", ".ico", ".woff2"];

    private static IEnumerable<string> Programs => Repository.Under("services/", "/Program.cs");

    private static IEnumerable<string> MigrationFolders =>
        Repository.Under("services/", ".sql").Select(f => f[..f.LastIndexOf('/')]).Distinct();

    [Test]
    public void The_top_level_is_the_fixed_set() =>
        Assert.That(Repository.Files.Select(f => f.Split('/')[0]).Distinct(), Is.SubsetOf(TopLevel));

    [TestCaseSource(nameof(Programs))]
    public void A_program_fits_on_a_screen(string program) =>
        Assert.That(Repository.Read(program).Split('\n').Length, Is.LessThan(25));

    [Test]
    public void Folders_are_capabilities_and_not_kinds()
    {
        var folders = Repository.Files.SelectMany(f => f.Split('/')[..^1]).Distinct();
        Assert.That(folders.Intersect(Kinds), Is.Empty);
        Assert.That(Repository.Files.Where(f => f.EndsWith("/Extensions.cs", StringComparison.Ordinal)), Is.Empty);
    }

    [TestCase("User", "UserModule.cs")]
    [TestCase("Order", "OrderModule.cs")]
    [TestCase("Payment", "PaymentModule.cs")]
    public void A_room_has_one_door(string room, string door)
    {
        var open = Repository.Under($"services/{room}/", ".cs").Where(f => PublicType().IsMatch(Repository.Read(f)));
        Assert.That(open, Is.EqualTo(new[] { $"services/{room}/{door}" }));
    }

    [TestCaseSource(nameof(MigrationFolders))]
    public void Migrations_are_numbered_without_gaps(string folder)
    {
        var numbers = Repository.Under(folder + "/", ".sql").Select(f => f[(folder.Length + 1)..]).Order(StringComparer.Ordinal).ToArray();
        Assert.That(numbers, Is.All.Match(@"^\d{4}_[a-z0-9_]+\.sql$"));
        Assert.That(numbers.Select(n => n[..4]), Is.EqualTo(Enumerable.Range(1, numbers.Length).Select(i => $"{i:0000}")));
    }

    [Test]
    public void No_file_names_a_machine_or_a_registry()
    {
        foreach (var file in Repository.Files.Where(f => !Binary.Contains(Path.GetExtension(f)) && !f.EndsWith($"/{nameof(HouseTests)}.cs", StringComparison.Ordinal)))
        {
            var text = Repository.Read(file);
            Assert.That(MachinePath().Match(text).Value, Is.Empty, $"{file} names a path of one machine");
            Assert.That(RegistryHost().Match(text).Value, Is.Empty, $"{file} names a package registry");
        }
    }

    [Test]
    public void No_test_sleeps()
    {
        foreach (var file in Repository.Under("tests/", ".cs").Where(f => !f.StartsWith("tests/Architecture/", StringComparison.Ordinal)))
        {
            Assert.That(Repository.Read(file), Does.Not.Contain("Thread.Sleep("), file);
        }
    }

    [GeneratedRegex(@"^public [a-z ]*\b(class|record|struct|interface|enum|delegate)\b", RegexOptions.Multiline)]
    private static partial Regex PublicType();

    [GeneratedRegex(@"(?<![\w.$}/-])/(work|root|home/\w+|Users/\w+)/")]
    private static partial Regex MachinePath();

    // What names one, wherever it is: a lock file's address, a package source, a client's setting.
    [GeneratedRegex(@"""resolved"":\s*""https?:|<add\s+key=""[^""]*""\s+value=""https?:|\bregistry\s*=\s*https?:|/v3/index\.json")]
    private static partial Regex RegistryHost();
}
