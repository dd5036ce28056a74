using Suite.Local;
using Suite.Local.Packages;
using Suite.Local.Processes;

namespace Suite.Tests.EndToEnd.Telemetry;

/// <summary><c>deploy/observability/check.sh</c>: every alert is fired by a test of its own, by <c>promtool test rules</c>.</summary>
internal sealed class RulesTests
{
    [Test]
    public async Task Every_alert_fires_in_its_test_and_every_file_is_sound()
    {
        var promtool = await Programs.EnsureAsync(UnpackedPackage.Prometheus, "promtool");
        var amtool = await Programs.EnsureAsync(UnpackedPackage.Alertmanager, "amtool");
        var output = new List<string>();
        var environment = new Dictionary<string, string?>
        {
            ["PROMTOOL"] = promtool,
            ["AMTOOL"] = amtool,
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
        Assert.That(output, Has.Some.EqualTo("all checks passed").And.None.Contains("left out: Prometheus").And.None.Contains("left out: Alertmanager"));
        await TestContext.Out.WriteLineAsync(string.Join('\n', output));
    }
}
