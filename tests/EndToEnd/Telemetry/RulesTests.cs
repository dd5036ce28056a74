using Suite.Local;
using Suite.Local.Observe;
using Suite.Local.Processes;

namespace Suite.Tests.EndToEnd.Telemetry;

/// <summary><c>deploy/observability/check.sh</c>: every alert is fired by a test of its own, by <c>promtool test rules</c>.</summary>
internal sealed class RulesTests
{
    private static readonly bool s_isCi = Environment.GetEnvironmentVariable("CI") is not (null or "" or "false");

    [Test]
    public async Task Every_alert_fires_in_its_test_and_every_file_is_sound()
    {
        try
        {
            await PrometheusBinary.EnsureAsync(TestContext.Progress.WriteLine, CancellationToken.None);
        }
        catch (SuiteLocalException e) when (!s_isCi)
        {
            Assert.Ignore(e.Message);
        }

        var output = new List<string>();
        var environment = new Dictionary<string, string?>
        {
            ["PROMTOOL"] = PrometheusBinary.Find("promtool"),
            // What else it checks is left out where its programs are missing.
            ["CI"] = null,
        };
        var shared = Path.Combine(Checkout.Root, "..", "shared", "bin", "otelcol");
        if (File.Exists(shared))
        {
            environment["OTELCOL"] = Path.GetFullPath(shared);
        }

        var code = await ChildProcess.RunAsync(
            new ChildStart("/bin/sh", [Path.Combine(Checkout.Root, "deploy", "observability", "check.sh")]) { Environment = environment },
            line =>
            {
                lock (output)
                {
                    output.Add(line);
                }
            },
            CancellationToken.None);

        Assert.That(code, Is.Zero, string.Join('\n', output));
        Assert.That(output, Has.Some.EqualTo("all checks passed").And.None.Contains("left out: Prometheus"));
        await TestContext.Out.WriteLineAsync(string.Join('\n', output));
    }
}
