namespace Suite.Platform.RateLimiting;

/// <summary>Counts how often something happens, for all replicas together.</summary>
public interface IRateLimiter
{
    /// <summary>Takes one permit of <paramref name="key"/>.</summary>
    /// <param name="limit">The limit.</param>
    /// <param name="key">Whose; no personal data, since it is a key in Redis.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Null when it was taken; else how long until there is one again.</returns>
    ValueTask<TimeSpan?> TryTakeAsync(RateLimit limit, string key, CancellationToken cancellationToken);

    /// <summary>Gives the permit that was taken last back, as if it had not been taken.</summary>
    ValueTask GiveBackAsync(RateLimit limit, string key, CancellationToken cancellationToken);
}
