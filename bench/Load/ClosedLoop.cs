using System.Diagnostics;
using Suite.Bench.Measuring;

namespace Suite.Bench.Load;

/// <summary>What callers saw in a measured time.</summary>
/// <param name="PerSecond">Calls that ended in it, a second.</param>
/// <param name="Latencies">How long they took.</param>
internal sealed record LoadResult(double PerSecond, Latencies Latencies);

/// <summary>Callers that each make the next call when the last one has ended, as pgbench's clients do.</summary>
internal static class ClosedLoop
{
    /// <param name="callers">How many.</param>
    /// <param name="duration">For how long.</param>
    /// <param name="call">Makes one call; its argument is the number of the caller, from 0. Its failure ends the bench.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<LoadResult> RunAsync(int callers, TimeSpan duration, Func<int, Task> call, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        var end = start + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        var taken = await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(() => CallAsync(caller), cancellationToken)));
        var all = taken.SelectMany(t => t.Times).ToArray();
        var seconds = (Math.Max(end, taken.Max(t => t.Last)) - start) / (double)Stopwatch.Frequency;
        return new LoadResult(all.Length / seconds, Latencies.OfTimestamps(all));

        async Task<(List<long> Times, long Last)> CallAsync(int caller)
        {
            var times = new List<long>(1 << 16);
            var last = start;
            while (true)
            {
                var began = Stopwatch.GetTimestamp();
                await call(caller);
                var now = Stopwatch.GetTimestamp();
                // One call counts even where it takes longer than all the time there is.
                if (now > end && times.Count > 0)
                {
                    return (times, last);
                }

                times.Add(now - began);
                last = now;
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
    }
}
