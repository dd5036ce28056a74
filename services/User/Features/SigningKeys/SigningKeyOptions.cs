using System.Globalization;

namespace Suite.Users.Features.SigningKeys;

/// <summary>How access tokens are signed, and when the key for it changes.</summary>
internal sealed record SigningKeyOptions
{
    /// <summary>How much later another machine's clock may be, or a token be looked at, than we think.</summary>
    public static readonly TimeSpan Skew = TimeSpan.FromMinutes(1);

    /// <summary>The <c>iss</c> of access tokens (<c>SUITE_ISSUER</c>).</summary>
    public string Issuer { get; init; } = "http://localhost:8101";

    /// <summary>Where the public keys are.</summary>
    public string KeysAddress => Issuer.TrimEnd('/') + WellKnown.KeysPath;

    /// <summary>How long an access token lives (<c>SUITE_ACCESS_TOKEN_MINUTES</c>, more than 0, at most 60).</summary>
    public TimeSpan AccessLifetime { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a key signs (<c>SUITE_SIGNING_KEY_DAYS</c>, at most 365).</summary>
    public TimeSpan Period { get; init; } = TimeSpan.FromDays(30);

    /// <summary>How long a key is published before it signs (<c>SUITE_SIGNING_KEY_LEAD_SECONDS</c>, at least 1, at most 86400).</summary>
    public TimeSpan Lead { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How often the keys are looked at: often enough that a key is known well before it signs.</summary>
    public TimeSpan Interval => TimeSpan.FromSeconds(Math.Clamp(Lead.TotalSeconds / 10, 0.1, 30));

    /// <summary>How long whoever fetched the public keys may keep them: less than the lead, so that no key is met unknown.</summary>
    public TimeSpan PublicKeysMaxAge => TimeSpan.FromSeconds(Math.Floor(Math.Min(Lead.TotalSeconds / 2, 300)));

    /// <exception cref="InvalidOperationException">A setting is out of range.</exception>
    public static SigningKeyOptions From(IConfiguration configuration)
    {
        var otherwise = new SigningKeyOptions();
        var issuer = configuration["SUITE_ISSUER"] is { Length: > 0 } text ? text : otherwise.Issuer;
        if (!Uri.TryCreate(issuer, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.Query.Length > 0)
        {
            throw new InvalidOperationException($"SUITE_ISSUER is '{issuer}', which is no address such as https://id.example.com.");
        }

        var options = new SigningKeyOptions
        {
            Issuer = issuer,
            AccessLifetime = TimeSpan.FromMinutes(
                Number(configuration, "SUITE_ACCESS_TOKEN_MINUTES", otherwise.AccessLifetime.TotalMinutes, 60)),
            Period = TimeSpan.FromDays(Number(configuration, "SUITE_SIGNING_KEY_DAYS", otherwise.Period.TotalDays, 365)),
            Lead = TimeSpan.FromSeconds(Number(configuration, "SUITE_SIGNING_KEY_LEAD_SECONDS", otherwise.Lead.TotalSeconds, 86_400)),
        };
        return options.Lead < options.Period && options.Lead >= TimeSpan.FromSeconds(1)
            ? options
            : throw new InvalidOperationException(
                "SUITE_SIGNING_KEY_LEAD_SECONDS must be at least 1 and less than SUITE_SIGNING_KEY_DAYS.");
    }

    private static double Number(IConfiguration configuration, string key, double otherwise, double most) =>
        configuration[key] is not { Length: > 0 } text
            ? otherwise
            : double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
                && number > 0 && number <= most
                ? number
                : throw new InvalidOperationException($"{key} is '{text}', which is no number above 0 and up to {most}.");
}
