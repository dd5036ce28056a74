using System.Text.Json.Nodes;
using NUnit.Framework;
using Suite.Cli;
using Suite.Contracts.Ops.V1;

namespace Suite.Tests.Unit.Cli;

internal sealed class FaultCommandTests
{
    private CommandRun _run = null!;

    [SetUp]
    public void SetUp() => _run = new CommandRun();

    [TearDown]
    public void TearDown() => _run.Dispose();

    [Test]
    public async Task Faults_are_set_shown_and_cleared()
    {
        Assert.That(await _run.RunAsync("faults", "set", "provider", "--service", "payment"), Is.EqualTo(ExitCode.Ok), _run.Error);
        Assert.That(
            await _run.RunAsync("faults", "set", "postgres", "--service", "payment", "--latency", "300ms", "--percent", "25", "--for", "1m"),
            Is.EqualTo(ExitCode.Ok),
            _run.Error);
        Assert.That(await _run.RunAsync("faults", "list", "--service", "payment"), Is.EqualTo(ExitCode.Ok));
        Assert.That(_run.Out, Does.Match(@"POSTGRES\s+LATENCY\s+300 ms\s+25 %").And.Match(@"PROVIDER\s+ERROR\s+100 %"));

        await _run.RunAsync("faults", "list", "--service", "payment", "-o", "json");
        var faults = ListFaultsResponse.Parser.ParseJson(_run.Out).Faults;
        Assert.That(faults.Select(f => (f.Target, f.Kind)), Is.EqualTo(new[]
        {
            (Fault.Types.Target.Postgres, Fault.Types.Kind.Latency),
            (Fault.Types.Target.Provider, Fault.Types.Kind.Error),
        }));
        Assert.That(faults[0].Ttl.Seconds, Is.EqualTo(60));

        await _run.RunAsync("faults", "clear", "postgres", "--service", "payment", "-o", "json");
        Assert.That((int)JsonNode.Parse(_run.Out)!["clearedCount"]!, Is.EqualTo(1));
        await _run.RunAsync("faults", "clear", "--service", "payment", "-o", "json");
        Assert.That((int)JsonNode.Parse(_run.Out)!["clearedCount"]!, Is.EqualTo(1));
        await _run.RunAsync("faults", "list", "--service", "payment", "-o", "jsonl");
        Assert.That(_run.Out, Is.Empty);
    }

    [TestCase("faults", "set", "provider")]
    [TestCase("faults", "set", "--service", "payment")]
    [TestCase("faults", "set", "mysql", "--service", "payment")]
    [TestCase("faults", "set", "4", "--service", "payment")]
    [TestCase("faults", "set", "provider", "--service", "payment", "--latency", "soon")]
    [TestCase("faults", "set", "provider", "--service", "payment", "--percent", "0")]
    [TestCase("faults", "clear", "mysql", "--service", "payment")]
    public async Task A_wrong_command_line_is_told_and_nothing_is_called(params string[] arguments)
    {
        Assert.That(await _run.RunAsync(arguments), Is.EqualTo(ExitCode.Usage), _run.Error);

        Assert.That(_run.Suite.Calls, Is.Empty);
    }
}
