using System.Diagnostics;

namespace Suite.Bench.Measuring;

/// <summary>The processor time of a process, all its threads together.</summary>
internal sealed class ProcessorTime : IDisposable
{
    private readonly Process[] _processes;

    public ProcessorTime(params IEnumerable<int> processIds) => _processes = [.. processIds.Select(Process.GetProcessById)];

    public TimeSpan Total
    {
        get
        {
            var sum = TimeSpan.Zero;
            foreach (var process in _processes)
            {
                process.Refresh();
                sum += process.TotalProcessorTime;
            }

            return sum;
        }
    }

    public void Dispose()
    {
        foreach (var process in _processes)
        {
            process.Dispose();
        }
    }

    /// <summary>
    /// Waits until the processes do next to nothing, so that what one measurement left to do does not weigh on the next.
    /// False when they are still at it after <paramref name="limit"/>.
    /// </summary>
    public async Task<bool> WaitQuietAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        var waited = Stopwatch.StartNew();
        var interval = TimeSpan.FromMilliseconds(500);
        while (waited.Elapsed < limit)
        {
            var (before, started) = (Total, waited.Elapsed);
            await Task.Delay(interval, cancellationToken);
            if ((Total - before) / (waited.Elapsed - started) < 0.15)
            {
                return true;
            }
        }

        return false;
    }
}
