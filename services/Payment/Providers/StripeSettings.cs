namespace Suite.Payments.Providers;

/// <summary>
/// How Stripe is reached. The secrets come from the environment or from files (<c>SUITE_STRIPE_API_KEY</c> or
/// <c>SUITE_STRIPE_API_KEY_FILE</c>, <c>SUITE_STRIPE_WEBHOOK_SECRET</c> or <c>SUITE_STRIPE_WEBHOOK_SECRET_FILE</c>), and are in no text.
/// </summary>
internal sealed class StripeSettings
{
    public const string ApiKeyKey = "SUITE_STRIPE_API_KEY";
    public const string WebhookSecretKey = "SUITE_STRIPE_WEBHOOK_SECRET";
    public const string AddressKey = "SUITE_STRIPE_ADDRESS";
    public const string ReturnAddressKey = "SUITE_STRIPE_RETURN_ADDRESS";
    public const string MulticaptureKey = "SUITE_STRIPE_MULTICAPTURE";

    private const string FileSuffix = "_FILE";

    /// <summary>The secret key.</summary>
    public required string ApiKey { get; init; }

    /// <summary>What Stripe signs webhooks with.</summary>
    public required string WebhookSecret { get; init; }

    /// <summary>Where Stripe is (<c>SUITE_STRIPE_ADDRESS</c>); null for Stripe's own address.</summary>
    public string? Address { get; init; }

    /// <summary>
    /// Where a bank sends the holder of a card back to (<c>SUITE_STRIPE_RETURN_ADDRESS</c>). When it is not set, cards that want their
    /// holder are declined.
    /// </summary>
    public string? ReturnAddress { get; init; }

    /// <summary>Whether the account may capture a payment several times (<c>SUITE_STRIPE_MULTICAPTURE=true</c>).</summary>
    public bool Multicapture { get; init; }

    /// <exception cref="InvalidOperationException">A secret is missing, or a setting makes no sense; the message names it.</exception>
    public static StripeSettings From(IConfiguration configuration) => new()
    {
        ApiKey = Secret(configuration, ApiKeyKey),
        WebhookSecret = Secret(configuration, WebhookSecretKey),
        Address = AddressOf(configuration, AddressKey)?.TrimEnd('/'),
        ReturnAddress = AddressOf(configuration, ReturnAddressKey),
        Multicapture = Switch(configuration, MulticaptureKey),
    };

    /// <summary>Says nothing, so that no log does.</summary>
    public override string ToString() => nameof(StripeSettings);

    private static string Secret(IConfiguration configuration, string key)
    {
        var (value, file) = (configuration[key], configuration[key + FileSuffix]);
        if (value is { Length: > 0 } == file is { Length: > 0 })
        {
            throw new InvalidOperationException($"With {ProviderModule.Key}=stripe set either {key} or {key}{FileSuffix}.");
        }

        if (value is not { Length: > 0 })
        {
            try
            {
                value = File.ReadAllText(file!);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new InvalidOperationException($"{key}{FileSuffix} names a file that cannot be read: {file}.", e);
            }
        }

        value = value.Trim();
        return value.Length > 0 && !value.Any(char.IsWhiteSpace)
            ? value
            : throw new InvalidOperationException($"{key} is empty or has spaces in it.");
    }

    private static bool Switch(IConfiguration configuration, string key) => configuration[key] is { Length: > 0 } text
        && (bool.TryParse(text, out var on) ? on : throw new InvalidOperationException($"{key} is neither true nor false."));

    private static string? AddressOf(IConfiguration configuration, string key) => configuration[key] is not { Length: > 0 } text
        ? null
        : Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
            ? text
            : throw new InvalidOperationException($"{key} is '{text}', which is no address such as https://api.stripe.com.");
}
