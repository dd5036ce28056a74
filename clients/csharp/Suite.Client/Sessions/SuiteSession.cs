using Suite.Contracts.Common.V1;

namespace Suite.Client;

/// <summary>
/// One sign-in of one user. It is the credentials of calls in the user's name, for a whole client
/// (<see cref="SuiteClientOptions.Credentials"/>) or for one call (<see cref="SuiteCallOptions.Credentials"/>), and keeps itself alive: the access
/// token is renewed before it ends. When the session has ended, calls fail with UNAUTHENTICATED and REFRESH_TOKEN_INVALID: sign in
/// again. Safe for any number of concurrent calls; the client that signed in must live as long as it, or one it was given to.
/// </summary>
public sealed class SuiteSession : ISuiteCredentials
{
    private readonly SessionsClient _origin;
    private readonly Renewing _renewing;

    internal SuiteSession(SessionsClient origin, HeldTokens tokens)
    {
        _origin = origin;
        _renewing = new Renewing(tokens);
        _renewing.Attach(origin);
        (Name, User) = (tokens.Session, tokens.User);
    }

    /// <summary>The resource name, <c>sessions/{uuid}</c>.</summary>
    public string Name { get; }

    /// <summary>Who is signed in, <c>users/{uuid}</c>.</summary>
    public string User { get; }

    internal SessionCredentials Credentials => _renewing;

    /// <inheritdoc/>
    public ValueTask<string?> GetTokenAsync(bool forceRenew, CancellationToken cancellationToken) =>
        _renewing.GetTokenAsync(forceRenew, cancellationToken);

    /// <summary>Ends the session: it cannot be renewed any more, and its access token is refused within seconds.</summary>
    public async Task SignOutAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            await _origin.EndAsync(Name, new SuiteCallOptions { Credentials = this }, cancellationToken).ConfigureAwait(false);
        }
        catch (SuiteException e) when (e.Reason == ErrorReason.RefreshTokenInvalid)
        {
            // It has ended already.
        }
    }

    /// <summary>Who and which; never the tokens.</summary>
    public override string ToString() => $"{Name} of {User}";

    private sealed class Renewing : SessionCredentials
    {
        private readonly PendingRequest _refresh = new();

        public Renewing(HeldTokens tokens) => Keep(tokens);

        protected override Task<HeldTokens> RenewAsync(SessionsClient client, HeldTokens? held) => client.RefreshAsync(held!, _refresh);
    }
}
