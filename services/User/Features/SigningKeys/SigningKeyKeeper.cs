using Suite.Platform.Hosting;

namespace Suite.Users.Features.SigningKeys;

/// <summary>Has the ring filled before the first call is served, and kept.</summary>
internal sealed class SigningKeyKeeper(SigningKeyRing ring, SigningKeyOptions options, TimeProvider time, ILogger<SigningKeyKeeper> logger)
    : BackgroundLoop(time)
{
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await ring.KeepAsync(cancellationToken);
        // A master key that does not open what is stored is found out now and not at the first sign-in.
        ring.Sign(_ => []);
        await base.StartAsync(cancellationToken);
    }

    protected override TimeSpan Pause => options.Interval;

    // The start has just done it.
    protected override TimeSpan FirstAfter => options.Interval;

    protected override async Task<bool> WorkAsync(CancellationToken cancellationToken)
    {
        await ring.KeepAsync(cancellationToken);
        return false;
    }

    protected override void Failed(Exception exception) => UserLog.SigningKeysNeglected(logger, exception);
}
