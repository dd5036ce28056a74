using Suite.Contracts.Common.V1;
using Suite.Contracts.Users.V1;

namespace Suite.Client;

/// <summary>Signs in when there is no session, or the one there was has ended.</summary>
internal sealed class PasswordCredentials(string email, Func<CancellationToken, ValueTask<string>> password) : SessionCredentials
{
    private readonly PendingRequest _signIn = new();
    private readonly PendingRequest _refresh = new();

    /// <summary>Nothing of what it knows.</summary>
    public override string ToString() => nameof(PasswordCredentials);

    protected override async Task<HeldTokens> RenewAsync(SessionsClient client, HeldTokens? held)
    {
        if (held is not null)
        {
            try
            {
                return await client.RefreshAsync(held, _refresh).ConfigureAwait(false);
            }
            catch (SuiteException e) when (e.Reason == ErrorReason.RefreshTokenInvalid)
            {
                // The session has ended, whoever ended it.
            }
        }

        var secret = await password(CancellationToken.None).ConfigureAwait(false);
        var asked = client.Time.GetUtcNow();
        var answer = await _signIn.RunAsync(id => client.CreateAsync(
            new CreateSessionRequest { Email = email, Password = secret, RequestId = id })).ConfigureAwait(false);
        return HeldTokens.Of(answer, asked);
    }
}
