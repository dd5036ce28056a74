using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Suite.Platform.Overload;

/// <summary>
/// Gives the thread pool more threads at once when its own stand still. Libraries block some in places (Npgsql while it tells a server that
/// does not answer to cancel a statement, up to the connection's time limit), and the pool by itself adds one or two a second: a store that
/// hangs would take down calls that never ask it.
/// </summary>
/// <remarks>
/// A thread of its own asks the pool to do nothing: twice a second, ten times once it had to add some. That nothing is late while the
/// process hardly used a processor means threads that wait; late on a busy processor is load, and more threads would not help.
/// </remarks>
internal sealed class StarvationGuard(ILogger<StarvationGuard> logger) : IHostedService, IDisposable
{
    private const int Step = 8;
    private const int Most = 128;

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_shortPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_late = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_calm = TimeSpan.FromSeconds(30);

    private readonly ManualResetEventSlim _stopping = new();
    private readonly AutoResetEvent _done = new(initialState: false);
    private Thread? _thread;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _thread = new Thread(Watch) { IsBackground = true, Name = nameof(StarvationGuard) };
        _thread.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _stopping.Set();
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        _stopping.Set();
        _thread?.Join(s_pause + s_late);
        _stopping.Dispose();
        _done.Dispose();
    }

    private void Watch()
    {
        ThreadPool.GetMinThreads(out var usual, out var completion);
        var added = false;
        var lateAt = Environment.TickCount64;
        while (!_stopping.Wait(added ? s_shortPause : s_pause))
        {
            if (IsStarving())
            {
                lateAt = Environment.TickCount64;
                ThreadPool.SetMinThreads(Math.Clamp(ThreadPool.ThreadCount + Step, usual, Most), completion);
                if (!added)
                {
                    added = true;
                    OverloadLog.AddingThreads(logger, ThreadPool.ThreadCount);
                }
            }
            else if (added && Environment.TickCount64 - lateAt > s_calm.TotalMilliseconds)
            {
                added = false;
                ThreadPool.SetMinThreads(usual, completion);
            }
        }
    }

    private bool IsStarving()
    {
        var used = Environment.CpuUsage.TotalTime;
        ThreadPool.UnsafeQueueUserWorkItem(static done => done.Set(), _done, preferLocal: false);
        if (_done.WaitOne(s_late))
        {
            return false;
        }

        var isIdle = Environment.CpuUsage.TotalTime - used < s_late / 2;
        if (isIdle)
        {
            return true;
        }

        // Its turn comes; until then it must not be mistaken for the next one.
        while (!_done.WaitOne(s_shortPause) && !_stopping.IsSet)
        {
        }

        return false;
    }
}
