using System.Collections.Concurrent;
using System.Diagnostics;

namespace Suite.Local.Processes;

/// <summary>
/// Starts processes from one thread that lives as long as this process. The kernel's parent-death signal follows the thread
/// that forked, not the process: a child started from a pool thread would be killed when the pool lets that thread go.
/// </summary>
internal static class Spawner
{
    private static readonly BlockingCollection<Action> s_work = [];

    static Spawner()
    {
        var thread = new Thread(Run) { IsBackground = true, Name = "suite-spawner" };
        thread.Start();
    }

    /// <summary>Starts a process whose death is tied to this one's, and returns when it has been forked.</summary>
    public static Process Start(ProcessStartInfo start)
    {
        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        s_work.Add(() =>
        {
            try
            {
                started.SetResult(Process.Start(start) ?? throw new InvalidOperationException($"{start.FileName} did not start."));
            }
#pragma warning disable CA1031 // Handed on to the caller as it is.
            catch (Exception e)
#pragma warning restore CA1031
            {
                started.SetException(e);
            }
        });
        return started.Task.GetAwaiter().GetResult();
    }

    private static void Run()
    {
        foreach (var work in s_work.GetConsumingEnumerable())
        {
            work();
        }
    }
}
