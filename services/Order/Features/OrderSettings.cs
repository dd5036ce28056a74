using System.Globalization;

namespace Suite.Orders.Features;

/// <summary>Reads settings of this service.</summary>
internal static class OrderSettings
{
    /// <summary>How long a call waits for the outcome of its step at Payment (<c>SUITE_STEP_PATIENCE</c>, 20 seconds).</summary>
    public static TimeSpan StepPatience(IConfiguration configuration) => Seconds(configuration, "SUITE_STEP_PATIENCE", 20);

    /// <summary>A number of seconds.</summary>
    /// <exception cref="InvalidOperationException">It is none.</exception>
    public static TimeSpan Seconds(IConfiguration configuration, string key, double otherwise)
    {
        if (configuration[key] is not { Length: > 0 } text)
        {
            return TimeSpan.FromSeconds(otherwise);
        }

        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 0 and <= 1e7
            ? TimeSpan.FromSeconds(seconds)
            : throw new InvalidOperationException($"{key} is '{text}', which is no number of seconds.");
    }
}
