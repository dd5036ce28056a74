using System.Globalization;

namespace Suite.Users.Features.Sessions;

/// <summary>How long sessions last.</summary>
internal sealed record SessionLifetimes
{
    /// <summary>How long a session lives without being refreshed (<c>SUITE_SESSION_DAYS</c>, more than 0, at most 365).</summary>
    public TimeSpan Lifetime { get; init; } = TimeSpan.FromDays(30);

    /// <summary>For how long a refresh that is repeated is answered again.</summary>
    public TimeSpan RepeatWindow { get; init; } = TimeSpan.FromSeconds(60);

    /// <exception cref="InvalidOperationException">The setting is out of range.</exception>
    public static SessionLifetimes From(IConfiguration configuration)
    {
        var otherwise = new SessionLifetimes();
        return configuration["SUITE_SESSION_DAYS"] is not { Length: > 0 } text
            ? otherwise
            : double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var days) && days is > 0 and <= 365
                ? otherwise with { Lifetime = TimeSpan.FromDays(days) }
                : throw new InvalidOperationException($"SUITE_SESSION_DAYS is '{text}', which is no number above 0 and up to 365.");
    }
}
