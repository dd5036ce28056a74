using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Suite.Client;

/// <summary>
/// Fills <see cref="SuiteClientOptions"/> from where programs keep their settings. Where several places speak, the environment goes
/// before the profile file, and a place that names any address replaces all addresses of the place behind it.
/// </summary>
public static class SuiteSettings
{
    /// <summary>
    /// Settings of the environment over those of the profile file; the address of a service may be a list with commas, of its replicas. Variables: <c>SUITE_ADDRESS</c>, <c>SUITE_USER_ADDRESS</c>,
    /// <c>SUITE_ORDER_ADDRESS</c>, <c>SUITE_PAYMENT_ADDRESS</c>, <c>SUITE_TOKEN</c>, <c>SUITE_TOKEN_FILE</c>, <c>SUITE_TIMEOUT</c>,
    /// <c>SUITE_ALLOW_TOKEN_OVER_PLAINTEXT</c>, <c>SUITE_PROFILE</c> (the profile to use) and <c>SUITE_CONFIG</c> (the file).
    /// </summary>
    /// <param name="profile">The profile to use; <c>null</c> for <c>SUITE_PROFILE</c>, else the current one.</param>
    /// <param name="profiles">The profile file; <c>null</c> reads the default one.</param>
    /// <param name="variable">Reads a variable of the environment; <c>null</c> for the process's own.</param>
    /// <exception cref="FormatException">A value can not be read, or a profile was named that does not exist.</exception>
    public static SuiteClientOptions FromEnvironment(
        string? profile = null, SuiteProfiles? profiles = null, Func<string, string?>? variable = null)
    {
        string? Read(string name) => (variable ?? Environment.GetEnvironmentVariable)(name) is { Length: > 0 } value ? value : null;

        profiles ??= Read("SUITE_CONFIG") is { } path ? SuiteProfiles.Load(path) : SuiteProfiles.Load();
        var named = profile ?? Read("SUITE_PROFILE");
        var chosen = profiles.Find(named ?? profiles.Current);
        if (chosen is null && named is not null and not SuiteProfiles.DefaultName)
        {
            throw new FormatException($"There is no profile '{named}' in {profiles.Path}.");
        }

        var options = new SuiteClientOptions();
        Apply(options, chosen ?? new SuiteProfile(), name => $"{name} of the profile '{named ?? profiles.Current}'");
        if (chosen?.Session is not null)
        {
            options.Credentials = new ProfileCredentials(profiles.Path, named ?? profiles.Current);
        }

        var environment = new SuiteProfile
        {
            Address = Read("SUITE_ADDRESS"),
            UserAddress = Read("SUITE_USER_ADDRESS"),
            OrderAddress = Read("SUITE_ORDER_ADDRESS"),
            PaymentAddress = Read("SUITE_PAYMENT_ADDRESS"),
            Token = Read("SUITE_TOKEN"),
            TokenFile = Read("SUITE_TOKEN_FILE"),
            Timeout = Read("SUITE_TIMEOUT"),
            AllowTokenOverPlaintext = Flag(Read("SUITE_ALLOW_TOKEN_OVER_PLAINTEXT"), "SUITE_ALLOW_TOKEN_OVER_PLAINTEXT"),
        };
        Apply(options, environment, name => "SUITE_" + string.Concat(name.Select((c, i) => i > 0 && char.IsUpper(c) ? "_" + c : c.ToString())).ToUpperInvariant());
        return options;
    }

    /// <summary>
    /// Settings of a configuration section: <c>Address</c>, <c>UserAddress</c>, <c>OrderAddress</c>, <c>PaymentAddress</c>, <c>Token</c>,
    /// <c>TokenFile</c>, <c>Timeout</c>, <c>AllowTokenOverPlaintext</c>, and <c>Retry</c> with <c>MaxAttempts</c>, <c>FirstDelay</c>, <c>MaxDelay</c>,
    /// <c>StreamPatience</c>. Times are seconds, or have a unit (<c>500ms</c>, <c>30s</c>, <c>2m</c>), or are <c>none</c>.
    /// </summary>
    /// <exception cref="FormatException">A value can not be read; the message names its key.</exception>
    public static SuiteClientOptions FromConfiguration(IConfiguration section)
    {
        ArgumentNullException.ThrowIfNull(section);
        string Key(string name) => section is IConfigurationSection named ? named.Path + ":" + name : name;
        var options = new SuiteClientOptions();
        var profile = new SuiteProfile
        {
            Address = Text(section["Address"]),
            UserAddress = Text(section["UserAddress"]),
            OrderAddress = Text(section["OrderAddress"]),
            PaymentAddress = Text(section["PaymentAddress"]),
            Token = Text(section["Token"]),
            TokenFile = Text(section["TokenFile"]),
            Timeout = Text(section["Timeout"]),
            AllowTokenOverPlaintext = Flag(Text(section["AllowTokenOverPlaintext"]), Key("AllowTokenOverPlaintext")),
        };
        Apply(options, profile, Key);
        var retry = options.Retry;
        options.Retry = retry with
        {
            MaxAttempts = Number(section["Retry:MaxAttempts"], Key("Retry:MaxAttempts")) ?? retry.MaxAttempts,
            FirstDelay = Duration(section["Retry:FirstDelay"], Key("Retry:FirstDelay")) ?? retry.FirstDelay,
            MaxDelay = Duration(section["Retry:MaxDelay"], Key("Retry:MaxDelay")) ?? retry.MaxDelay,
            StreamPatience = Duration(section["Retry:StreamPatience"], Key("Retry:StreamPatience")) ?? retry.StreamPatience,
        };
        return options;
    }

    /// <summary>Reads a length of time: seconds (<c>30</c>, <c>0.5</c>), or with a unit (<c>500ms</c>, <c>30s</c>, <c>2m</c>, <c>1h</c>), or <c>none</c> for no limit.</summary>
    public static bool TryParseDuration(string? text, out TimeSpan duration)
    {
        duration = Timeout.InfiniteTimeSpan;
        text = text?.Trim();
        if (text is null or "none")
        {
            return text is not null;
        }

        var digits = text.TrimEnd('h', 'm', 's');
        double? factor = text[digits.Length..] switch { "ms" => 0.001, "s" or "" => 1, "m" => 60, "h" => 3600, _ => null };
        if (factor is null
            || !double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            || number * factor is not (> 0 and <= 1_000_000))
        {
            return false;
        }

        duration = TimeSpan.FromSeconds(number * factor.Value);
        return true;
    }

    internal static void Validate(SuiteClientOptions options)
    {
        foreach (var service in Enum.GetValues<SuiteService>())
        {
            var addresses = options.AddressesOf(service);
            foreach (var address in addresses)
            {
                if (!address.IsAbsoluteUri || (address.Scheme != Uri.UriSchemeHttp && address.Scheme != Uri.UriSchemeHttps))
                {
                    throw new ArgumentException($"The address of {service} must begin with http:// or https://, but is {address}.", nameof(options));
                }
            }

            Check(addresses.All(address => address.Scheme == addresses[0].Scheme), $"The addresses of {service} must be all http or all https.");
        }

        Check(options.Timeout > TimeSpan.Zero || options.Timeout == Timeout.InfiniteTimeSpan, "Timeout must be more than zero.");
        Check(options.Retry.MaxAttempts >= 1, "Retry.MaxAttempts must be at least 1.");
        Check(options.Retry.FirstDelay >= TimeSpan.Zero, "Retry.FirstDelay must not be negative.");
        Check(options.Retry.MaxDelay >= TimeSpan.Zero, "Retry.MaxDelay must not be negative.");
        Check(options.Retry.BudgetSize >= 0, "Retry.BudgetSize must not be negative.");

        static void Check(bool holds, string message)
        {
            if (!holds)
            {
                throw new ArgumentException(message, nameof(options));
            }
        }
    }

    /// <summary>Lays the settings of a profile over options.</summary>
    /// <exception cref="FormatException">A value can not be read; <paramref name="describe"/> says how its place is called.</exception>
    private static void Apply(SuiteClientOptions options, SuiteProfile profile, Func<string, string> describe)
    {
        if (profile.HasAddress)
        {
            options.Address = AddressAt(profile.Address, describe(nameof(profile.Address)));
            options.Replicas.Clear();
            options.UserAddress = AddressesAt(options, SuiteService.User, profile.UserAddress, describe(nameof(profile.UserAddress)));
            options.OrderAddress = AddressesAt(options, SuiteService.Order, profile.OrderAddress, describe(nameof(profile.OrderAddress)));
            options.PaymentAddress = AddressesAt(options, SuiteService.Payment, profile.PaymentAddress, describe(nameof(profile.PaymentAddress)));
        }

        options.Timeout = Duration(profile.Timeout, describe(nameof(profile.Timeout))) ?? options.Timeout;
        options.AllowTokenOverPlaintext = profile.AllowTokenOverPlaintext ?? options.AllowTokenOverPlaintext;
        options.Credentials = profile switch
        {
            { Token: { Length: > 0 } token } => SuiteCredentials.FromToken(token),
            { TokenFile: { Length: > 0 } file } => SuiteCredentials.FromFile(file),
            _ => options.Credentials,
        };
    }

    private static string? Text(string? value) => string.IsNullOrWhiteSpace(value) ? null : value.Trim();

    /// <summary>The first of the addresses, which have commas between them; the others are kept as those of replicas.</summary>
    private static Uri? AddressesAt(SuiteClientOptions options, SuiteService service, string? value, string place)
    {
        var all = (Text(value) ?? string.Empty)
            .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(text => AddressAt(text, place)!)
            .ToList();
        if (all.Count > 1)
        {
            options.Replicas[service] = all;
        }

        return all.FirstOrDefault() ?? AddressAt(value, place);
    }

    private static Uri? AddressAt(string? value, string place) => Text(value) switch
    {
        null => null,
        { } text when Uri.TryCreate(text, UriKind.Absolute, out var address)
            && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps) => address,
        { } text => throw new FormatException($"{place} must be an address such as http://127.0.0.1:9102, but is '{text}'."),
    };

    private static TimeSpan? Duration(string? value, string place) => Text(value) switch
    {
        null => null,
        { } text when TryParseDuration(text, out var duration) => duration,
        { } text => throw new FormatException($"{place} must be a time such as 30s, but is '{text}'."),
    };

    private static int? Number(string? value, string place) => Text(value) switch
    {
        null => null,
        { } text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) => number,
        { } text => throw new FormatException($"{place} must be a whole number, but is '{text}'."),
    };

    private static bool? Flag(string? value, string place) => value?.ToUpperInvariant() switch
    {
        null => null,
        "TRUE" or "1" or "YES" => true,
        "FALSE" or "0" or "NO" => false,
        _ => throw new FormatException($"{place} must be true or false, but is '{value}'."),
    };
}
