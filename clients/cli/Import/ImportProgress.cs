using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;
using Suite.Cli.Output;

namespace Suite.Cli.Import;

/// <summary>
/// Shows how far a stage of an import is, on standard error: a bar with a rate on a terminal, a line now and then elsewhere,
/// nothing when quiet or when a program reads along.
/// </summary>
internal sealed class ImportProgress(Notices notices, TimeProvider time)
{
    private static readonly TimeSpan BetweenLines = TimeSpan.FromSeconds(5);

    /// <summary>Runs a stage.</summary>
    /// <param name="title">What is done, for example <c>orders.csv</c>.</param>
    /// <param name="unit">What is counted, for example <c>orders</c>.</param>
    /// <param name="total">How many there are; null when nobody knows.</param>
    /// <param name="work">The stage; it is given what to call for every piece that is done.</param>
    public async Task RunAsync(string title, string unit, long? total, Func<Action, Task> work)
    {
        var start = time.GetTimestamp();
        if (notices.CanAnimate)
        {
            await AnimateAsync(title, unit, total, work);
        }
        else
        {
            await LogAsync(title, unit, total, start, work);
        }
    }

    private async Task AnimateAsync(string title, string unit, long? total, Func<Action, Task> work) =>
        await notices.Console.Progress()
            .AutoRefresh(true)
            .ExcludeVerticalPadding(true)
            .Columns(
                new TaskDescriptionColumn { Alignment = Justify.Left },
                new ProgressBarColumn(),
                new CountColumn(unit),
                new RateColumn(),
                new ElapsedTimeColumn())
            .StartAsync(async context =>
            {
                var task = context.AddTask(Markup.Escape(title), maxValue: total ?? 1);
                task.IsIndeterminate = total is null;
                await work(() => task.Increment(1));
                task.IsIndeterminate = false;
                task.MaxValue = Math.Max(1, task.Value);
                task.Value = task.MaxValue;
                task.StopTask();
            });

    private async Task LogAsync(string title, string unit, long? total, long start, Func<Action, Task> work)
    {
        var done = 0L;
        var shown = start;
        var gate = new Lock();
        await work(() =>
        {
            lock (gate)
            {
                done++;
                if (time.GetElapsedTime(shown) >= BetweenLines)
                {
                    shown = time.GetTimestamp();
                    Say(done);
                }
            }
        });
        Say(done);

        void Say(long count)
        {
            var seconds = Math.Max(time.GetElapsedTime(start).TotalSeconds, 0.001);
            var of = total is { } all && all != count ? $" of {all}" : string.Empty;
            notices.Info(string.Create(CultureInfo.InvariantCulture, $"{title}: {count}{of} {unit} in {seconds:0.0} s, {count / seconds:0} {unit}/s"));
        }
    }

    private sealed class CountColumn(string unit) : ProgressColumn
    {
        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) => new Text(
            task.IsIndeterminate
                ? string.Create(CultureInfo.InvariantCulture, $"{task.Value:0} {unit}")
                : string.Create(CultureInfo.InvariantCulture, $"{task.Value:0}/{task.MaxValue:0} {unit}"));
    }

    private sealed class RateColumn : ProgressColumn
    {
        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime)
        {
            var seconds = task.ElapsedTime?.TotalSeconds ?? 0;
            return new Text(seconds < 0.1 ? string.Empty : string.Create(CultureInfo.InvariantCulture, $"{task.Value / seconds:0}/s"));
        }
    }
}
