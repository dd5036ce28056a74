using Suite.Platform.Hosting;

namespace Suite.Payments.Ledger;

/// <summary>Seals new transactions into their hash chains, twice a second. Every replica does; they take turns by shard.</summary>
internal sealed class LedgerSealer(LedgerChain chain, TimeProvider time, ILogger<LedgerSealer> logger) : BackgroundLoop(time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    protected override TimeSpan Pause => Interval;

    protected override async Task<bool> WorkAsync(CancellationToken cancellationToken)
    {
        await chain.SealAsync(cancellationToken);
        return false;
    }

    protected override void Failed(Exception exception) => PaymentLog.SealingFailed(logger, exception);
}
