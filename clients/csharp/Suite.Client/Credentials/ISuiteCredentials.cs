namespace Suite.Client;

/// <summary>
/// Where the tokens of calls come from. Asked before every attempt, so keep what you have; when a service refuses a token
/// (UNAUTHENTICATED) it is asked once more to renew it, by one caller at a time.
/// </summary>
public interface ISuiteCredentials
{
    /// <summary>The bearer token to send; <c>null</c> for none.</summary>
    /// <param name="forceRenew">True when the last one was refused: return another, not the same again.</param>
    /// <param name="cancellationToken">Ends when the call is cancelled or its deadline passes.</param>
    ValueTask<string?> GetTokenAsync(bool forceRenew, CancellationToken cancellationToken);
}
