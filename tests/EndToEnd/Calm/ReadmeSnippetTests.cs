using System.Text.RegularExpressions;
using NUnit.Framework;
using Suite.Tests.EndToEnd.Client;
using Suite.Tests.EndToEnd.Running;

namespace Suite.Tests.EndToEnd.Calm;

/// <summary>What READMEs show is compiled as it stands, and runs.</summary>
internal sealed partial class ReadmeSnippetTests
{
    private TestSuite _suite = null!;

    [OneTimeSetUp]
    public async Task StartSuiteAsync() => _suite = await Suites.CalmAsync();

    [TestCase("README.md", "readme")]
    [TestCase("clients/csharp/Suite.Client/README.md", "readme-client")]
    public async Task The_snippet_compiles_and_runs_against_a_suite(string file, string name)
    {
        var program = new ClientProgram(name, Snippet(file));
        await program.BuildAsync();

        var output = await program.RunAsync(_suite.Local.ClientEnvironment);
        Assert.That(output, Does.Contain("CONFIRMED").IgnoreCase);
    }

    [Test]
    public async Task The_snippet_of_the_fake_compiles_and_runs()
    {
        var program = new ClientProgram("readme-testing", Snippet("clients/csharp/Suite.Client.Testing/README.md"));

        await program.BuildAsync();

        Assert.That(await program.RunAsync(), Does.Contain("1 order").And.Contain("2 attempts"));
    }

    private static string Snippet(string file)
    {
        var text = File.ReadAllText(Path.Combine(ClientProgram.Root, file));
        var block = Block().Match(text);
        Assert.That(block.Success, Is.True, $"{file} has no block of C#.");
        return block.Groups["code"].Value;
    }

    [GeneratedRegex(@"^```csharp[^\n]*\n(?<code>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();
}
