using System.Globalization;

namespace Suite.Payments.Features;

/// <summary>What the environment decides about how payments are worked off.</summary>
internal sealed record PaymentOptions
{
    /// <summary>How long one call to the provider may take (<c>SUITE_PROVIDER_TIMEOUT</c>, seconds).</summary>
    public TimeSpan ProviderTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long a replica keeps an intent to itself (<c>SUITE_PAYMENT_LEASE</c>, seconds; 5 more than the time limit when not
    /// set). Longer than the time limit, so that two replicas do not call for one intent at once.
    /// </summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How many authorizations run at once, and as many other steps (<c>SUITE_PROVIDER_CONCURRENCY</c>).</summary>
    public int Concurrency { get; init; } = 512;

    /// <summary>How often to look for what was left behind: expired leases, due retries, lost wake-ups.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long <c>tok_slow</c> takes at the simulator (<c>SUITE_SIMULATOR_SLOW</c>, seconds).</summary>
    public TimeSpan SimulatorSlowness { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// How long an amount is held where the provider does not say (<c>SUITE_AUTHORIZATION_LIFETIME</c>, seconds). What is not captured
    /// by then is released.
    /// </summary>
    public TimeSpan AuthorizationLifetime { get; init; } = TimeSpan.FromDays(7);

    /// <summary>
    /// How long the holder of a card has to act, at most (<c>SUITE_ACTION_LIFETIME</c>, seconds); less where the provider says so.
    /// </summary>
    public TimeSpan ActionLifetime { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>
    /// How long a call that moves money waits for its outcome (<c>SUITE_STEP_PATIENCE</c>, seconds); never past its deadline. The step goes
    /// on after that, and the same call finds its outcome later.
    /// </summary>
    public TimeSpan StepPatience { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// How long what happens by itself takes at the simulator: a pending refund, the end of a hold that expires, a dispute and its
    /// decision (<c>SUITE_SIMULATOR_LATER</c>, seconds).
    /// </summary>
    public TimeSpan SimulatorLater { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long the holder of a card has at the simulator (<c>SUITE_SIMULATOR_ACTION</c>, seconds).</summary>
    public TimeSpan SimulatorAction { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>How long calls that are running may go on when the service stops.</summary>
    public TimeSpan StopGrace { get; init; } = TimeSpan.FromSeconds(3);

    /// <exception cref="InvalidOperationException">A setting is no number, or the lease does not outlive the time limit.</exception>
    public static PaymentOptions From(IConfiguration configuration)
    {
        var timeout = Seconds(configuration, "SUITE_PROVIDER_TIMEOUT", 10);
        var lease = Seconds(configuration, "SUITE_PAYMENT_LEASE", timeout.TotalSeconds + 5);
        if (timeout <= TimeSpan.Zero || lease <= timeout)
        {
            throw new InvalidOperationException(
                "SUITE_PROVIDER_TIMEOUT must be more than 0 and SUITE_PAYMENT_LEASE more than that: "
                + "a lease outlives the call it protects.");
        }

        return new PaymentOptions
        {
            ProviderTimeout = timeout,
            Lease = lease,
            Concurrency = Concurrent(configuration["SUITE_PROVIDER_CONCURRENCY"]),
            SimulatorSlowness = Seconds(configuration, "SUITE_SIMULATOR_SLOW", 3),
            AuthorizationLifetime = Seconds(configuration, "SUITE_AUTHORIZATION_LIFETIME", 604_800, most: 31_536_000),
            ActionLifetime = Seconds(configuration, "SUITE_ACTION_LIFETIME", 900, most: 604_800),
            StepPatience = Seconds(configuration, "SUITE_STEP_PATIENCE", 20),
            SimulatorLater = Seconds(configuration, "SUITE_SIMULATOR_LATER", 2),
            SimulatorAction = Seconds(configuration, "SUITE_SIMULATOR_ACTION", 900),
        };
    }

    private static int Concurrent(string? text) => text is not { Length: > 0 }
        ? new PaymentOptions().Concurrency
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var calls) && calls is > 0 and <= 10_000
            ? calls
            : throw new InvalidOperationException($"SUITE_PROVIDER_CONCURRENCY is '{text}', which is no number from 1 to 10000.");

    private static TimeSpan Seconds(IConfiguration configuration, string key, double otherwise, double most = 3600)
    {
        if (configuration[key] is not { Length: > 0 } text)
        {
            return TimeSpan.FromSeconds(otherwise);
        }

        return double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds <= most
            ? TimeSpan.FromSeconds(seconds)
            : throw new InvalidOperationException($"{key} is '{text}', which is no number of seconds from 0 to {most}.");
    }
}
