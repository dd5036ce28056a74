namespace Suite.Client;

/// <summary>Asks the credentials for tokens, and lets one caller at a time renew what was refused.</summary>
internal sealed class TokenSource(ISuiteCredentials? credentials) : IDisposable
{
    private readonly SemaphoreSlim _renewing = new(1, 1);

    public bool IsEmpty => credentials is null;

    /// <summary>The token to send.</summary>
    /// <param name="refused">The token a service has just refused, or <c>null</c>.</param>
    /// <param name="cancellationToken">Ends with the call.</param>
    public async ValueTask<string?> GetAsync(string? refused, CancellationToken cancellationToken)
    {
        if (credentials is null)
        {
            return null;
        }

        var token = await credentials.GetTokenAsync(forceRenew: false, cancellationToken).ConfigureAwait(false);
        if (refused is null || token != refused)
        {
            return token;
        }

        await _renewing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            // Whoever waited here finds the token that the one before renewed.
            token = await credentials.GetTokenAsync(forceRenew: false, cancellationToken).ConfigureAwait(false);
            return token != refused ? token : await credentials.GetTokenAsync(forceRenew: true, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _renewing.Release();
        }
    }

    public void Dispose() => _renewing.Dispose();
}
