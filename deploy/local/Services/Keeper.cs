using System.Diagnostics;

namespace Suite.Local.Services;

/// <summary>
/// Keeps something running: when it ends although nobody asked, it is started again after a pause that doubles from half a
/// second to half a minute, and starts over once it has run for a minute.
/// </summary>
internal sealed class Keeper(string name, Func<CancellationToken, Task<Task>> startAsync, Action<string> say, TimeSpan? firstPause = null)
    : IAsyncDisposable
{
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_settled = TimeSpan.FromMinutes(1);

    private readonly CancellationTokenSource _stopping = new();
    private readonly TimeSpan _firstPause = firstPause ?? TimeSpan.FromSeconds(0.5);
    private Task _watching = Task.CompletedTask;

    /// <summary>Watches what runs already; <paramref name="ended"/> completes when it ends.</summary>
    public void Watch(Task ended) => _watching = WatchAsync(ended);

    /// <summary>From here on an end is wanted. Call it before stopping what is kept.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _watching;
        _stopping.Dispose();
    }

    private async Task WatchAsync(Task ended)
    {
        var pause = _firstPause;
        var running = Stopwatch.StartNew();
        while (true)
        {
            await Task.WhenAny(ended, Task.Delay(Timeout.Infinite, _stopping.Token));
            if (_stopping.IsCancellationRequested)
            {
                return;
            }

            var how = ended is Task<int> code ? $" (exit code {await code})" : string.Empty;
            pause = running.Elapsed > s_settled ? _firstPause : pause;
            say($"{name} ended{how}; starting it again in {pause.TotalSeconds:0.#} s");
            await Task.Delay(pause, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_stopping.IsCancellationRequested)
            {
                return;
            }

            pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, s_longestPause.Ticks));
            running.Restart();
            try
            {
                ended = await startAsync(_stopping.Token);
                if (!ended.IsCompleted)
                {
                    say($"{name} runs again");
                }
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }
            catch (SuiteLocalException e)
            {
                say($"{name} did not come back: {e.Message}");
                ended = Task.CompletedTask;
            }
        }
    }
}
