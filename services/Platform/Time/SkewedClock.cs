using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Suite.Platform.Time;

/// <summary>
/// The wall clock of a machine that is wrong by a fixed time: <c>SUITE_TEST_CLOCK_SKEW=-2.5</c>, in seconds. Timestamps and timers
/// are the machine's own, as a wrong wall clock leaves them. Refused in Production.
/// </summary>
/// <param name="by">How far it is ahead; negative for behind.</param>
internal sealed class SkewedClock(TimeSpan by) : TimeProvider
{
    private const string Setting = "SUITE_TEST_CLOCK_SKEW";

    // A day either way: more is no clock that runs wrong, and tokens and leases have no use for it.
    private const double MostSeconds = 86_400;

    /// <summary>How far it is ahead; negative for behind.</summary>
    public TimeSpan By => by;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + by;

    /// <summary>The clock of this process: the system's where the setting is missing or 0.</summary>
    /// <exception cref="InvalidOperationException">It is no number of seconds, or this is Production.</exception>
    public static TimeProvider From(IConfiguration configuration, IHostEnvironment environment)
    {
        if (configuration[Setting] is not { Length: > 0 } text)
        {
            return System;
        }

        const NumberStyles seconds = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint;
        if (!double.TryParse(text, seconds, CultureInfo.InvariantCulture, out var skew) || !(Math.Abs(skew) <= MostSeconds))
        {
            throw new InvalidOperationException($"{Setting} is '{text}', which is no number of seconds such as +3 or -2.5, at most a day either way.");
        }

        return environment.IsProduction()
            ? throw new InvalidOperationException($"{Setting} is for tests and is refused in Production.")
            : skew == 0 ? System : new SkewedClock(TimeSpan.FromSeconds(skew));
    }
}
