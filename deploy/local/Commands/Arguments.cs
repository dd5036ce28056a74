using System.Globalization;

namespace Suite.Local.Commands;

/// <summary>What was typed after the verb.</summary>
/// <param name="PortOffset">Added to every fixed port.</param>
/// <param name="Observe">Whether Prometheus, and Jaeger where it is, run beside.</param>
internal sealed record Arguments(int PortOffset, bool Observe = false)
{
    /// <exception cref="SuiteLocalException">Something that is no option, or no number.</exception>
    public static Arguments Parse(IReadOnlyList<string> arguments)
    {
        var offset = 0;
        var observe = false;
        for (var i = 0; i < arguments.Count; i++)
        {
            var (name, value) = arguments[i].Split('=', 2) is [var left, var right] ? (left, right) : (arguments[i], null);
            if (name == "--observe" && value is null)
            {
                observe = true;
                continue;
            }

            if (name != "--port-offset")
            {
                throw new SuiteLocalException($"'{arguments[i]}' is no option here; there are --port-offset N and --observe.");
            }

            value ??= ++i < arguments.Count ? arguments[i] : null;
            // The largest fixed port is 9103; what is added must leave a port.
            if (!int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out offset) || offset > 65_535 - 9_103)
            {
                throw new SuiteLocalException($"--port-offset takes a number from 0 to {65_535 - 9_103}, not '{value}'.");
            }
        }

        return new Arguments(offset, observe);
    }
}
