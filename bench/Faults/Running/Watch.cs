using System.Globalization;
using Suite.Faults.Checking;
using Suite.Faults.History;
using Suite.Faults.Wires;

namespace Suite.Faults.Running;

/// <summary>Looks at every process each second: how much memory it has, and whether it ended although nobody made it.</summary>
internal sealed class Watch : IAsyncDisposable
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    private readonly Cluster _cluster;
    private readonly RunHistory _history;
    private readonly Func<Local.Services.LocalService, bool> _isAtWorkOn;
    private readonly CancellationTokenSource _stopping = new();
    private readonly HashSet<int> _ended = [];
    private readonly List<Violation> _found = [];
    private readonly Task _looking;

    /// <param name="cluster">The suite.</param>
    /// <param name="history">Where samples are put down.</param>
    /// <param name="isAtWorkOn">Whether a replica's process is being killed or started.</param>
    public Watch(Cluster cluster, RunHistory history, Func<Local.Services.LocalService, bool> isAtWorkOn)
    {
        (_cluster, _history, _isAtWorkOn) = (cluster, history, isAtWorkOn);
        _looking = LookAsync();
    }

    /// <summary>Processes that ended by themselves.</summary>
    public IReadOnlyList<Violation> Found
    {
        get
        {
            lock (_found)
            {
                return [.. _found];
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _looking;
        _stopping.Dispose();
    }

    private async Task LookAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            foreach (var service in _cluster.Suite.Services)
            {
                var process = service.Process!;
                var isOurs = _isAtWorkOn(service);
                if (ProcessMemory.Of(process.ProcessId) is { } bytes)
                {
                    _history.Add(new MemorySample
                    {
                        At = _history.Now,
                        Replica = Wiring.NameOf(service),
                        ProcessId = process.ProcessId,
                        Bytes = bytes,
                    });
                }
                else if (!isOurs && process.Exited.IsCompleted && !_isAtWorkOn(service) && service.Process == process && _ended.Add(process.ProcessId))
                {
                    var code = await process.Exited;
                    var text = string.Create(
                        CultureInfo.InvariantCulture, $"{Wiring.NameOf(service)} (process {process.ProcessId}) ended by itself, with exit code {code}.");
                    lock (_found)
                    {
                        _found.Add(new Violation("ProcessesLive", text, []));
                    }

                    // Whatever runs it in earnest would start it again.
                    service.Launch();
                }
            }

            await Task.Delay(s_pause, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
