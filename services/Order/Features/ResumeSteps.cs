using Suite.Orders.Domain;
using Suite.Orders.Storage;
using Suite.Platform.Hosting;
using Suite.Platform.Telemetry;

namespace Suite.Orders.Features;

/// <summary>
/// Ends steps that nobody works on: whose replica was killed, whose caller went away, whose outcome was not known. Safe with any number of
/// replicas: each takes other steps, for the length of a lease, and asks Payment with the step's own id.
/// </summary>
internal sealed class ResumeSteps(OrderStepStore steps, StepRunner runner, TimeProvider time, ILogger<ResumeSteps> logger) : BackgroundLoop(time)
{
    private const int MostAtOnce = 16;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    /// <summary>How long to leave a step alone whose outcome is still not known: twice as long each time, up to half a minute.</summary>
    public static TimeSpan PauseAfter(int attempts) =>
        TimeSpan.FromSeconds(Math.Min(LongestPause.TotalSeconds, Math.Pow(2, Math.Min(attempts, 10)) / 2));

    /// <summary>Takes up what is due, once.</summary>
    /// <returns>How many steps that were.</returns>
    internal async Task<int> ResumeAsync(CancellationToken cancellationToken)
    {
        var due = await steps.ClaimAsync(MostAtOnce, StepRunner.Lease, cancellationToken);
        await Task.WhenAll(due.Select(step => ResumeAsync(step, cancellationToken)));
        return due.Count;
    }

    protected override TimeSpan Pause => Interval;

    protected override TimeSpan FirstAfter => Interval;

    protected override async Task<bool> WorkAsync(CancellationToken cancellationToken)
    {
        await ResumeAsync(cancellationToken);
        return false;
    }

    protected override void Failed(Exception exception) => OrderLog.StepsNotResumed(logger, exception);

    private async Task ResumeAsync(OrderStep step, CancellationToken cancellationToken)
    {
        // The trace of the call that began it goes on.
        using var span = new TraceContext(step.TraceParent, null, null).Resume(OrderTelemetry.Source, "resume step");
        try
        {
            if (await runner.FinishAsync(step, cancellationToken))
            {
                OrderLog.StepResumed(logger, step.Kind, step.Id, step.OrderId, step.Attempts);
            }
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            // One step that can not be ended must not keep the others from it; it is tried again after its lease.
            OrderLog.StepNotResumed(logger, step.Kind, step.Id, step.OrderId, e);
        }
    }
}
