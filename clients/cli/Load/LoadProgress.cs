using System.Globalization;
using Spectre.Console;
using Suite.Cli.Output;

namespace Suite.Cli.Load;

/// <summary>Shows on a terminal how a load goes: one line with the rate, the latency and the errors. Elsewhere nothing: the table comes at the end.</summary>
internal sealed class LoadProgress(Notices notices, TimeProvider time)
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(500);

    public async Task RunAsync(LoadRun run, CancellationToken cancellationToken)
    {
        if (!notices.CanAnimate)
        {
            await run.RunAsync(cancellationToken);
            return;
        }

        await notices.Console.Status().StartAsync("starting", async status =>
        {
            var work = run.RunAsync(cancellationToken);
            var last = time.GetTimestamp();
            while (!work.IsCompleted)
            {
                await Task.WhenAny(work, Task.Delay(Every, time, CancellationToken.None));
                status.Status(Markup.Escape(Line(run, time.GetElapsedTime(last))));
                last = time.GetTimestamp();
            }

            await work;
        });
    }

    /// <summary>The line, of the calls since it was made last.</summary>
    internal static string Line(LoadRun run, TimeSpan since)
    {
        var recent = run.Tally.TakeRecent();
        var elapsed = run.Elapsed;
        var of = run.Plan.End == TimeSpan.MaxValue ? string.Empty : string.Create(CultureInfo.InvariantCulture, $" of {run.Plan.End.TotalSeconds:0} s");
        var stage = elapsed < run.Plan.Warmup ? " (warming up)" : string.Empty;
        var rate = recent.Count / Math.Max(since.TotalSeconds, 0.001);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{elapsed.TotalSeconds:0} s{of}{stage}  {rate:0}/s  p50 {recent.Percentile(50).TotalMilliseconds:0.0} ms  "
            + $"p99 {recent.Percentile(99).TotalMilliseconds:0.0} ms  {run.Tally.Errors} errors");
    }
}
