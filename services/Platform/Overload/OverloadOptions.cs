using System.Globalization;
using Microsoft.Extensions.Configuration;
using Suite.Platform.Hosting;

namespace Suite.Platform.Overload;

/// <summary>Between which bounds the limits of methods move.</summary>
/// <param name="Most">The most calls of one method at once; null for no limit at all.</param>
/// <param name="Least">So many calls of a method are taken however slow they are.</param>
/// <param name="Calm">A mean latency up to this is no sign of overload, whatever the method takes when it is alone.</param>
internal sealed record OverloadOptions(int? Most, int Least, TimeSpan Calm)
{
    private const string MostKey = "SUITE_MAX_CALLS_PER_METHOD";
    private const string LeastKey = "SUITE_MIN_CALLS_PER_METHOD";
    private const string CalmKey = "SUITE_CALM_LATENCY";

    /// <exception cref="InvalidOperationException">A setting can not be read; the message names it.</exception>
    public static OverloadOptions From(IConfiguration configuration)
    {
        var most = (int?)ConnectionLimit.Number(configuration, MostKey, 1000);
        var least = (int)(ConnectionLimit.Number(configuration, LeastKey, 20) ?? 1);
        return new OverloadOptions(most, Math.Min(least, most ?? least), CalmFrom(configuration));
    }

    private static TimeSpan CalmFrom(IConfiguration configuration)
    {
        if (configuration[CalmKey] is not { Length: > 0 } text)
        {
            return TimeSpan.FromSeconds(0.1);
        }

        return double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and <= 60
            ? TimeSpan.FromSeconds(seconds)
            : throw new InvalidOperationException($"{CalmKey} is '{text}', which is no number of seconds above 0, up to 60.");
    }
}
