using System.Globalization;

namespace Suite.Local.Commands;

/// <summary>What was typed after the verb.</summary>
internal sealed record Arguments(int PortOffset)
{
    /// <exception cref="SuiteLocalException">Something that is no option, or no number.</exception>
    public static Arguments Parse(IReadOnlyList<string> arguments)
    {
        var offset = 0;
        for (var i = 0; i < arguments.Count; i++)
        {
            var (name, value) = arguments[i].Split('=', 2) is [var left, var right] ? (left, right) : (arguments[i], null);
            if (name != "--port-offset")
            {
                throw new SuiteLocalException($"'{arguments[i]}' is no option here; there is --port-offset N.");
            }

            value ??= ++i < arguments.Count ? arguments[i] : null;
            // The largest fixed port is 9103; what is added must leave a port.
            if (!int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out offset) || offset > 65_535 - 9_103)
            {
                throw new SuiteLocalException($"--port-offset takes a number from 0 to {65_535 - 9_103}, not '{value}'.");
            }
        }

        return new Arguments(offset);
    }
}
