using System.Globalization;

namespace Suite.Cli.Session;

/// <summary>Reads times such as <c>500ms</c>, <c>30s</c>, <c>2m</c>, <c>1h</c>; a bare number is seconds.</summary>
internal static class Duration
{
    private static readonly (string Suffix, double Seconds)[] Units = [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600), (string.Empty, 1)];

    /// <summary>Reads a time of more than zero and at most a day.</summary>
    public static bool TryParse(string text, out TimeSpan time)
    {
        time = default;
        var (suffix, seconds) = Units.First(unit => text.EndsWith(unit.Suffix, StringComparison.Ordinal));
        var number = text.AsSpan(0, text.Length - suffix.Length);
        if (!double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value))
        {
            return false;
        }

        var total = value * seconds;
        if (total is <= 0 or > 86_400)
        {
            return false;
        }

        time = TimeSpan.FromSeconds(total);
        return time > TimeSpan.Zero;
    }
}
