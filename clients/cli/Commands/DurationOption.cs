using System.CommandLine;
using Suite.Client;

namespace Suite.Cli.Commands;

/// <summary>Options that take a length of time; <c>none</c> is <see cref="Timeout.InfiniteTimeSpan"/>.</summary>
internal static class DurationOption
{
    /// <param name="name">The option's name.</param>
    /// <param name="description">What it is for.</param>
    /// <param name="zero">Whether 0 is a length that makes sense.</param>
    public static Option<TimeSpan?> New(string name, string description, bool zero = false) => new(name)
    {
        Description = description,
        HelpName = "TIME",
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (zero && text is ("0" or "0s"))
            {
                return TimeSpan.Zero;
            }

            if (SuiteSettings.TryParseDuration(text, out var time))
            {
                return time;
            }

            result.AddError($"{name}: '{text}' is no time such as 500ms, 10s, 2m, or none.");
            return null;
        },
    };
}
