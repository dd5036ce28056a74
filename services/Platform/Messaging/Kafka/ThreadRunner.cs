namespace Suite.Platform.Messaging.Kafka;

/// <summary>Runs loops that block, each on a thread of its own, begun again when one breaks, until all of them are stopped.</summary>
internal sealed class ThreadRunner : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private readonly CancellationTokenSource _stopping = new();
    private readonly List<Thread> _threads = [];

    /// <summary>Starts a loop.</summary>
    /// <param name="name">The thread's name.</param>
    /// <param name="loop">Runs until its token says so, or breaks.</param>
    /// <param name="broke">Told of the exception with which it broke.</param>
    public void Start(string name, Action<CancellationToken> loop, Action<Exception> broke)
    {
        var thread = new Thread(() => Run(loop, broke, _stopping.Token)) { IsBackground = true, Name = name };
        _threads.Add(thread);
        thread.Start();
    }

    /// <summary>Stops all of them, and returns the names of those that had not ended in time.</summary>
    public async Task<IReadOnlyList<string>> StopAsync(TimeSpan within)
    {
        await _stopping.CancelAsync();
        var until = Environment.TickCount64 + (long)within.TotalMilliseconds;
        return await Task.Run(() => (IReadOnlyList<string>)[.. _threads.Where(t => !t.Join(Left())).Select(t => t.Name!)]);

        TimeSpan Left() => TimeSpan.FromMilliseconds(Math.Max(0, until - Environment.TickCount64));
    }

    public void Dispose() => _stopping.Dispose();

    private static void Run(Action<CancellationToken> loop, Action<Exception> broke, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                loop(stopping);
            }
            catch (Exception e)
            {
                broke(e);
                stopping.WaitHandle.WaitOne(Pause);
            }
        }
    }
}
