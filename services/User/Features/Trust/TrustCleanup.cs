using Suite.Platform.Hosting;
using Suite.Users.Storage;

namespace Suite.Users.Features.Trust;

/// <summary>Forgets revocations that no longer matter, and sessions that would have expired a week ago.</summary>
internal sealed class TrustCleanup(RevocationStore revocations, SessionStore sessions, TimeProvider time, ILogger<TrustCleanup> logger)
    : BackgroundLoop(time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(30);

    /// <summary>As long as somebody may repeat a sign-in, and ask what became of it.</summary>
    private static readonly TimeSpan Memory = TimeSpan.FromDays(7);

    /// <summary>Longer than any clock is wrong.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(10);

    internal async Task CleanAsync(CancellationToken cancellationToken)
    {
        var now = Clock.GetUtcNow();
        await revocations.ForgetAsync(now - Grace, cancellationToken);
        while (await sessions.ForgetSomeAsync(now - Memory, cancellationToken) > 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), Clock, cancellationToken);
        }
    }

    protected override TimeSpan Pause => Interval;

    protected override async Task<bool> WorkAsync(CancellationToken cancellationToken)
    {
        await CleanAsync(cancellationToken);
        return false;
    }

    protected override void Failed(Exception exception) => UserLog.CleanupFailed(logger, exception);
}
