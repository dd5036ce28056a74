using Grpc.Core;
using Suite.Client;

namespace Suite.Cli.Load;

/// <summary>
/// Drives a load. With a rate, each call has a time at which it is due, and how long it took is counted from then: a service that
/// stalls is charged with all the calls that had to wait meanwhile, not with the few that were on their way (Gil Tene's coordinated
/// omission). Callers without a rate have no such times; theirs count from when they are made.
/// </summary>
internal sealed class LoadRun(LoadPlan plan, LoadShop shop, TimeProvider time)
{
    private long _start;
    private long _tickets = -1;
    private long _sent;

    public LoadPlan Plan => plan;

    public LoadTally Tally { get; } = new();

    /// <summary>How long it runs already.</summary>
    public TimeSpan Elapsed => time.GetElapsedTime(_start);

    /// <summary>How long calls that count were made; known once it has ended.</summary>
    public TimeSpan Measured { get; private set; }

    /// <summary>How many calls were due and never made, since all callers were waiting for answers; known once it has ended.</summary>
    public long Unsent { get; private set; }

    /// <summary>Makes the calls and waits for their answers.</summary>
    /// <param name="cancellationToken">Ends it early and without an exception; calls on their way are dropped and not counted.</param>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        _start = time.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, plan.Callers).Select(_ => Task.Run(() => CallAsync(cancellationToken), CancellationToken.None)));
        var ended = Elapsed < plan.End ? Elapsed : plan.End;
        Measured = ended > plan.Warmup ? ended - plan.Warmup : TimeSpan.Zero;
        if (plan.Rate is { } rate && !cancellationToken.IsCancellationRequested)
        {
            Unsent = Math.Max(0, (long)Math.Ceiling(plan.End.TotalSeconds * rate) - _sent);
        }
    }

    private async Task CallAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (!cancellationToken.IsCancellationRequested)
            {
                var due = plan.Rate is { } rate ? TimeSpan.FromSeconds(Interlocked.Increment(ref _tickets) / rate) : Elapsed;
                if (due >= plan.End)
                {
                    return;
                }

                if (due - Elapsed is { Ticks: > 0 } wait)
                {
                    await Task.Delay(wait, time, cancellationToken);
                }
                else if (Elapsed >= plan.End)
                {
                    return;
                }

                Interlocked.Increment(ref _sent);
                var call = shop.Next(plan.Mix.Next());
                var code = await MakeAsync(call, cancellationToken);
                Tally.Record(call.Operation, code, Elapsed - due, counts: due >= plan.Warmup);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // What was on its way has no outcome.
        }
    }

    private static async Task<StatusCode> MakeAsync(LoadCall call, CancellationToken cancellationToken)
    {
        try
        {
            await call.MakeAsync(cancellationToken);
            return StatusCode.OK;
        }
        catch (SuiteException e)
        {
            return e.Code;
        }
    }
}
