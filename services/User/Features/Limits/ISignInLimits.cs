using Suite.Platform.Errors;

namespace Suite.Users.Features.Limits;

/// <summary>Keeps somebody from trying passwords and tokens until one fits.</summary>
internal interface ISignInLimits
{
    /// <summary>Counts an attempt, before anything else is done for it.</summary>
    /// <param name="use">What is attempted.</param>
    /// <param name="address">The peer's address: <see cref="PeerAddress"/>.</param>
    /// <param name="account">Whose credential: an e-mail address in any case, or a resource name. Only its hash leaves the process.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="DomainException">RESOURCE_EXHAUSTED (RATE_LIMITED) with <c>RetryInfo</c>.</exception>
    ValueTask CheckAsync(CredentialUse use, string address, string account, CancellationToken cancellationToken);

    /// <summary>Says that the attempt counted last was a good one, so that it does not count against the account.</summary>
    ValueTask SucceededAsync(CredentialUse use, string address, string account, CancellationToken cancellationToken);
}
