using Suite.Contracts.Payments.V1;

namespace Suite.Payments.Reconciliation;

/// <summary>
/// Reconciles by itself every <c>SUITE_RECONCILE_EVERY</c> seconds, one replica at a time: payments of the last days, and once a day all.
/// What it finds goes to the log, and their number to a metric that must stay 0. The first run is that long after the start.
/// </summary>
internal sealed class ReconcileSchedule(
    ReconcilePayments reconcile,
    PaymentFactsStore store,
    ReconciliationRuns runs,
    ReconciliationMetrics metrics,
    ReconciliationOptions options,
    TimeProvider time,
    ILogger<ReconcileSchedule> logger) : BackgroundService
{
    // Enough to know where to look; the command tells them all.
    private const int MostLogged = 20;

    /// <summary>How often a replica looks whether it is its turn.</summary>
    private TimeSpan Interval => TimeSpan.FromSeconds(Math.Clamp(options.Every.TotalSeconds / 10, 1, 60));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Every <= TimeSpan.Zero)
        {
            return;
        }

        try
        {
            await Task.Delay(options.Every, time, stoppingToken);
            using var timer = new PeriodicTimer(Interval, time);
            do
            {
                await TryRunAsync(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    /// <summary>Reconciles if it is due and this replica's turn, and takes over what the latest run found.</summary>
    /// <returns>Whether this replica ran.</returns>
    internal async Task<bool> TryRunAsync(CancellationToken cancellationToken)
    {
        var hasRun = false;
        try
        {
            var id = Guid.CreateVersion7(time.GetUtcNow());
            if (await runs.BeginAsync(id, time.GetUtcNow(), options.Every, options.Lease, cancellationToken) is { } isFull)
            {
                hasRun = await RunAsync(id, isFull, cancellationToken);
            }

            if (await runs.LatestAsync(cancellationToken) is { } latest)
            {
                metrics.Take(latest);
            }
        }
#pragma warning disable CA1031 // A run that fails is told, and made again when its turn comes; the service goes on.
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            PaymentLog.ReconciliationFailed(logger, e);
        }

        return hasRun;
    }

    private async Task<bool> RunAsync(Guid id, bool isFull, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var extended = started;
        var logged = 0;
        ReconcilePaymentsResponse? last = null;
        var from = isFull ? (DateTimeOffset?)null : time.GetUtcNow() - options.Recent;
        await foreach (var part in reconcile.RunAsync(from, null, cancellationToken))
        {
            last = part;
            foreach (var difference in part.Differences.Take(MostLogged - logged))
            {
                logged++;
                PaymentLog.Differs(logger, difference.Kind, difference.Resource, difference.Field, difference.Expected, difference.Found, difference.Advice);
            }

            if (time.GetElapsedTime(extended) > options.Lease / 4)
            {
                extended = time.GetTimestamp();
                if (!await runs.ExtendAsync(id, time.GetUtcNow(), options.Lease, cancellationToken))
                {
                    return false;
                }
            }
        }

        var result = new ReconciliationResult(last!.DifferenceCount, await store.CountImbalancesAsync(cancellationToken));
        await runs.EndAsync(id, time.GetUtcNow(), last.Payments, last.ProviderPayments, result, cancellationToken);
        var level = result is { Differences: 0, Imbalances: 0 } ? LogLevel.Information : LogLevel.Error;
        var seconds = time.GetElapsedTime(started).TotalSeconds;
        PaymentLog.Reconciled(logger, level, last.Payments, last.ProviderPayments, result.Differences, result.Imbalances, seconds);
        return true;
    }
}
