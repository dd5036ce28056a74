namespace Suite.Payments.Ledger;

/// <summary>Seals new transactions into their hash chains, twice a second. Every replica does; they take turns by shard.</summary>
internal sealed class LedgerSealer(LedgerChain chain, TimeProvider time, ILogger<LedgerSealer> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await chain.SealAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // The sealer outlives every failure of the database; what it did not seal waits in the table.
            catch (Exception e)
#pragma warning restore CA1031
            {
                PaymentLog.SealingFailed(logger, e);
            }

            await Task.Delay(Pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
