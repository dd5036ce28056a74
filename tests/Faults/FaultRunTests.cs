using Suite.Local;
using Suite.Local.Processes;

namespace Suite.Tests.Faults;

/// <summary>The whole thing, as <c>./build.sh faults</c> starts it.</summary>
[Category("FaultRun")]
internal sealed class FaultRunTests
{
    private static readonly bool IsCi = Environment.GetEnvironmentVariable("CI") is not (null or "" or "false");

    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(12);

    [Test]
    public async Task A_run_of_two_minutes_finds_nothing()
    {
        var program = Checkout.Program("bench/Faults", "Suite.Faults");
        List<string> output = [];
        using var limit = new CancellationTokenSource(s_limit);

        var code = await CodeAsync(ChildProcess.RunAsync(
            new ChildStart(Checkout.DotNet, [program, "--minutes", "2", "--clients", "4"]) { WorkingDirectory = Checkout.Root },
            line =>
            {
                lock (output)
                {
                    output.Add(line);
                }
            },
            limit.Token));

        var said = string.Join('\n', output.TakeLast(80));
        if (code == 2 && !IsCi && said.Contains("apt", StringComparison.Ordinal))
        {
            Assert.Ignore(said);
        }

        TestContext.Out.WriteLine(said);
        Assert.That(code, Is.Zero, said);
    }

    /// <summary>-1 for a run that did not end within its time.</summary>
    private static async Task<int> CodeAsync(Task<int> running)
    {
        try
        {
            return await running;
        }
        catch (OperationCanceledException)
        {
            return -1;
        }
    }
}
