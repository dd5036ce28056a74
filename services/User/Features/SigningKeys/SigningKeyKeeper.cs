using Npgsql;

namespace Suite.Users.Features.SigningKeys;

/// <summary>Has the ring filled before the first call is served, and kept.</summary>
internal sealed class SigningKeyKeeper(SigningKeyRing ring, SigningKeyOptions options, TimeProvider time, ILogger<SigningKeyKeeper> logger)
    : BackgroundService
{
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await ring.KeepAsync(cancellationToken);
        // A master key that does not open what is stored is found out now and not at the first sign-in.
        ring.Sign(_ => []);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    await ring.KeepAsync(stoppingToken);
                }
                catch (Exception e) when (e is NpgsqlException or TimeoutException)
                {
                    UserLog.SigningKeysNeglected(logger, e);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }
}
