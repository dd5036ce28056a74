namespace Suite.Payments.Domain;

/// <summary>How long to wait before asking the provider again after an unknown outcome.</summary>
internal static class RetryDelay
{
    private const double FirstSeconds = 0.2;
    private const double MostSeconds = 60;

    /// <summary>
    /// Doubles with every attempt from 200 ms to a minute; half of it is jitter, so that intents that failed together do not
    /// come back together.
    /// </summary>
    /// <param name="attempts">How often the provider was asked, 1 or more.</param>
    /// <param name="random">From 0 to below 1.</param>
    public static TimeSpan After(int attempts, double random)
    {
        var ceiling = Math.Min(MostSeconds, FirstSeconds * Math.Pow(2, Math.Min(attempts - 1, 16)));
        return TimeSpan.FromSeconds(ceiling * (0.5 + (0.5 * random)));
    }
}
