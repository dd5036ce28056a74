using System.CommandLine;
using System.Globalization;

namespace Suite.Cli.Commands;

/// <summary>Options that take a time.</summary>
internal static class TimeOption
{
    public static Option<DateTimeOffset?> New(string name, string description) => new(name)
    {
        Description = description + " RFC 3339, for example 2026-01-31T12:00:00Z.",
        HelpName = "TIME",
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
            {
                return time;
            }

            result.AddError($"{name}: '{text}' is no time such as 2026-01-31T12:00:00Z.");
            return null;
        },
    };
}
