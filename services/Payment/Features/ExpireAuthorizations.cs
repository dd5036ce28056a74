using Npgsql;
using Suite.Payments.Domain;
using Suite.Payments.Storage;
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
    ILogger<ExpireAuthorizations> logger) : BackgroundService
{
    private const int MostAtOnce = 100;

    /// <summary>Begins the voids of some holds that are overdue.</summary>
    /// <returns>How many.</returns>
    public async Task<int> RunOnceAsync(CancellationToken cancellationToken)
    {
        var found = await dataSource.InTransactionAsync(
            async (transaction, token) =>
            {
                var now = time.GetMicrosecondUtcNow();
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

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                while (await RunOnceAsync(stoppingToken) == MostAtOnce)
                {
                    // There may be more.
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // The loop outlives every failure of the database.
            catch (Exception e)
#pragma warning restore CA1031
            {
                PaymentLog.ExpiryFailed(logger, e);
            }

            await Task.Delay(options.PollInterval, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
