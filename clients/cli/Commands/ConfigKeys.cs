using Suite.Cli.Errors;
using Suite.Cli.Session;
using Suite.Client;

namespace Suite.Cli.Commands;

/// <summary>The settings of a profile as the command line calls them.</summary>
internal static class ConfigKeys
{
    /// <summary>One setting.</summary>
    /// <param name="Name">How it is called.</param>
    /// <param name="Show">Its value, or null when it is not set; a secret is only told to be set.</param>
    /// <param name="Change">The profile with another value, null to remove it.</param>
    /// <param name="IsSecret">Whether it may not be given on the command line or shown.</param>
    internal sealed record Key(string Name, Func<SuiteProfile, string?> Show, Func<SuiteProfile, string?, SuiteProfile> Change, bool IsSecret = false);

    public static readonly IReadOnlyList<Key> All =
    [
        new("address", p => p.Address, (p, v) => p with { Address = Address(v) }),
        new("user-address", p => p.UserAddress, (p, v) => p with { UserAddress = Replicas(v) }),
        new("order-address", p => p.OrderAddress, (p, v) => p with { OrderAddress = Replicas(v) }),
        new("payment-address", p => p.PaymentAddress, (p, v) => p with { PaymentAddress = Replicas(v) }),
        new("token", p => string.IsNullOrEmpty(p.Token) ? null : "(set)", (p, v) => p with { Token = v }, IsSecret: true),
        new("token-file", p => p.TokenFile, (p, v) => p with { TokenFile = v is null ? null : Path.GetFullPath(v) }),
        new("timeout", p => p.Timeout, (p, v) => p with { Timeout = Time(v) }),
        new(
            "allow-token-over-plaintext",
            p => p.AllowTokenOverPlaintext is { } allowed ? (allowed ? "true" : "false") : null,
            (p, v) => p with { AllowTokenOverPlaintext = Flag(v) }),
    ];

    public static string Names => string.Join(", ", All.Select(k => k.Name));

    /// <exception cref="UsageException">There is no such setting.</exception>
    public static Key Find(string name) =>
        All.FirstOrDefault(k => k.Name == name) ?? throw new UsageException($"there is no setting '{name}'; there are {Names}.");

    private static string? Address(string? value) =>
        value is null || Addresses.TryParse(value, out _)
            ? value
            : throw new UsageException($"'{value}' is no address such as http://127.0.0.1:9102 or https://suite.example.com.");

    /// <summary>One address, or several with commas between them.</summary>
    private static string? Replicas(string? value)
    {
        foreach (var address in value?.Split(',', StringSplitOptions.TrimEntries) ?? [])
        {
            Address(address);
        }

        return value;
    }

    private static string? Time(string? value) =>
        value is null || SuiteSettings.TryParseDuration(value, out _)
            ? value
            : throw new UsageException($"'{value}' is no time such as 500ms, 10s, 2m, or none.");

    private static bool? Flag(string? value) => value switch
    {
        null => null,
        "true" => true,
        "false" => false,
        _ => throw new UsageException($"'{value}' is neither true nor false."),
    };
}
