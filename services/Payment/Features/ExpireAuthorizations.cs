using Npgsql;
using Suite.Payments.Domain;
using Suite.Payments.Storage;
using Suite.Platform.Hosting;
using Suite.Platform.Messaging;
using Suite.Platform.Postgres;
using Suite.Platform.Time;

namespace Suite.Payments.Features;

/// <summary>
/// Releases what nobody captured in time: begins the void that any other void is. Every replica looks; what one has locked
/// the others leave alone.
/// </summary>
internal sealed class ExpireAuthorizations(
    NpgsqlDataSource dataSource,
    PaymentChangeWriter writer,
    StepWorker steps,
    IOutbox outbox,
    PaymentOptions options,
    TimeProvider time,
    ILogger<ExpireAuthorizations> logger) : BackgroundLoop(time)
{
    private const int MostAtOnce = 100;

    /// <summary>Begins the voids of some holds that are overdue.</summary>
    /// <returns>How many.</returns>
    public async Task<int> RunOnceAsync(CancellationToken cancellationToken)
    {
        var found = await dataSource.InTransactionAsync(
            async (transaction, token) =>
            {
                var now = Clock.GetMicrosecondUtcNow();
                var expired = await PaymentStore.LockExpiredAsync(now, MostAtOnce, transaction, token);
                await writer.WriteAsync(
                    [.. expired.Select(p => new PaymentChange(p.RequestVoid(Payment.AuthorizationExpired, now)).ThenVoidWhatIsDue())],
                    options.Lease,
                    transaction,
                    token);
                return expired.Count;
            },
            cancellationToken);
        if (found > 0)
        {
            steps.Wake();
            outbox.Wake();
        }

        return found;
    }

    protected override TimeSpan Pause => options.PollInterval;

    protected override async Task<bool> WorkAsync(CancellationToken cancellationToken) => await RunOnceAsync(cancellationToken) == MostAtOnce;

    protected override void Failed(Exception exception) => PaymentLog.ExpiryFailed(logger, exception);
}
