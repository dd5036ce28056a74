using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Suite.Platform.Errors;
using Suite.Platform.RateLimiting;

namespace Suite.Users.Features.Limits;

/// <summary>
/// Attempts per minute, by <c>SUITE_SIGNIN_PER_ADDRESS_PER_MINUTE</c> (100) and <c>SUITE_SIGNIN_PER_ACCOUNT_PER_MINUTE</c> (10). An
/// account need not exist to be counted: a limit must not tell which ones do.
/// </summary>
internal sealed class SignInLimits : ISignInLimits
{
    private const int Most = 1_000_000;

    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly IRateLimiter _limiter;
    private readonly Dictionary<CredentialUse, (RateLimit Address, RateLimit Account)> _limits;

    public SignInLimits(IRateLimiter limiter, IConfiguration configuration)
    {
        _limiter = limiter;
        var address = Number(configuration, "SUITE_SIGNIN_PER_ADDRESS_PER_MINUTE", 100);
        var account = Number(configuration, "SUITE_SIGNIN_PER_ACCOUNT_PER_MINUTE", 10);
        _limits = Enum.GetValues<CredentialUse>().ToDictionary(
            use => use,
            use => (new RateLimit($"{Name(use)}-address", address, Window), new RateLimit($"{Name(use)}-account", account, Window)));
    }

    public async ValueTask CheckAsync(CredentialUse use, string address, string account, CancellationToken cancellationToken)
    {
        var limit = _limits[use];
        await TakeAsync(limit.Address, address, cancellationToken);
        await TakeAsync(limit.Account, Hash(account), cancellationToken);
    }

    public async ValueTask SucceededAsync(CredentialUse use, string address, string account, CancellationToken cancellationToken)
    {
        var limit = _limits[use];
        await _limiter.GiveBackAsync(limit.Account, Hash(account), cancellationToken);
        if (use == CredentialUse.Refresh)
        {
            // No password is hashed for it: many users behind one address cost little, and only guesses are to be slowed.
            await _limiter.GiveBackAsync(limit.Address, address, cancellationToken);
        }
    }

    private async ValueTask TakeAsync(RateLimit limit, string key, CancellationToken cancellationToken)
    {
        if (await _limiter.TryTakeAsync(limit, key, cancellationToken) is { } wait)
        {
            throw DomainError.RateLimited(wait);
        }
    }

    private static string Hash(string account) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(account.ToLowerInvariant())).AsSpan(0, 16));

    private static string Name(CredentialUse use) => use switch
    {
        CredentialUse.SignIn => "sign-in",
        CredentialUse.Refresh => "refresh",
        CredentialUse.PasswordChange => "password-change",
        _ => throw new ArgumentOutOfRangeException(nameof(use)),
    };

    private static int Number(IConfiguration configuration, string key, int otherwise) => configuration[key] is not { Length: > 0 } text
        ? otherwise
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and <= Most
            ? number
            : throw new InvalidOperationException($"{key} is '{text}', which is no number from 1 to {Most}.");
}
