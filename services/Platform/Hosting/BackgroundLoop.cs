using Microsoft.Extensions.Hosting;
using Suite.Platform.Time;

namespace Suite.Platform.Hosting;

/// <summary>
/// Work beside the calls that comes again and again: it is done when the service starts (or <see cref="FirstAfter"/> later), whenever
/// <see cref="Wake"/> says that there is some, and otherwise after a pause, for what was left behind by others. It outlives every
/// failure, and ends quietly with the service.
/// </summary>
/// <param name="time">Measures the pauses.</param>
public abstract class BackgroundLoop(TimeProvider time) : BackgroundService
{
    private readonly WakeSignal _wake = new();

    /// <summary>The clock of its pauses.</summary>
    protected TimeProvider Clock { get; } = time;

    /// <summary>How long to wait after all was done, unless woken.</summary>
    protected abstract TimeSpan Pause { get; }

    /// <summary>How long to wait after a failure, unless woken.</summary>
    protected virtual TimeSpan PauseAfterFailure => Pause;

    /// <summary>How long after the start it is done first, unless woken.</summary>
    protected virtual TimeSpan FirstAfter => TimeSpan.Zero;

    /// <summary>Says that there is work. Losing the call costs a pause.</summary>
    public void Wake() => _wake.Set();

    /// <inheritdoc/>
    public override void Dispose()
    {
        base.Dispose();
        _wake.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Does what there is to do, once.</summary>
    /// <returns>Whether there may be more, to be done without a pause.</returns>
    protected abstract Task<bool> WorkAsync(CancellationToken cancellationToken);

    /// <summary>Writes down what <see cref="WorkAsync"/> threw. It is not called for what the end of the service causes.</summary>
    protected abstract void Failed(Exception exception);

    /// <inheritdoc/>
    protected sealed override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var pause = FirstAfter;
        while (!stoppingToken.IsCancellationRequested)
        {
            await _wake.WaitAsync(pause, Clock, stoppingToken);
            pause = await TryWorkAsync(stoppingToken);
        }
    }

    private async Task<TimeSpan> TryWorkAsync(CancellationToken stopping)
    {
        try
        {
            return !stopping.IsCancellationRequested && await WorkAsync(stopping) ? TimeSpan.Zero : Pause;
        }
#pragma warning disable CA1031 // What was not done waits where it was found; nobody else would do it if the loop ended.
        catch (Exception e)
#pragma warning restore CA1031
        {
            if (!stopping.IsCancellationRequested)
            {
                Failed(e);
            }

            return PauseAfterFailure;
        }
    }
}
