using Npgsql;
using Suite.Contracts.Common.V1;
using Suite.Contracts.Users.V1;
using Suite.Platform.Errors;
using Suite.Platform.Postgres;
using Suite.Platform.Time;
using Suite.Users.Domain;
using Suite.Users.Features.Limits;
using Suite.Users.Features.Passwords;
using Suite.Users.Features.SigningKeys;
using Suite.Users.Storage;

namespace Suite.Users.Features.Sessions;

/// <summary>
/// Signs a user in. Whatever keeps somebody from it - an address nobody has, a wrong password, none at all, a suspended or deleted
/// user - gets one answer after one lookup and one hashing.
/// </summary>
internal sealed class CreateSession(
    SignInStore users,
    ISignInLimits limits,
    Argon2PasswordHasher hasher,
    RefreshTokens refreshTokens,
    AccessTokenIssuer accessTokens,
    SessionLifetimes options,
    NpgsqlDataSource dataSource,
    TimeProvider time)
{
    /// <exception cref="DomainException">UNAUTHENTICATED (SIGN_IN_REFUSED), RESOURCE_EXHAUSTED (RATE_LIMITED, OVERLOADED).</exception>
    public async Task<SessionTokens> RunAsync(
        CreateSessionRequest request, string address, string userAgent, CancellationToken cancellationToken)
    {
        var requestId = Guid.Parse(request.RequestId);
        await limits.CheckAsync(CredentialUse.SignIn, address, request.Email, cancellationToken);
        var candidate = await users.FindAsync(request.Email, cancellationToken);
        var (matches, rehash) = await VerifyAsync(request, address, candidate, cancellationToken);
        if (candidate is not { State: User.Types.State.Active } || !matches)
        {
            throw DomainError.SignInRefused();
        }

        await limits.SucceededAsync(CredentialUse.SignIn, address, request.Email, cancellationToken);
        var (session, token) = await dataSource.InTransactionAsync(
            (transaction, inner) => BeginAsync(candidate, requestId, userAgent, transaction, inner), cancellationToken);
        if (rehash)
        {
            await users.RehashAsync(candidate.UserId, candidate.PasswordHash!, hasher.Hash(request.Password), cancellationToken);
        }

        return accessTokens.With(session, token);
    }

    private async Task<(bool Matches, bool Rehash)> VerifyAsync(
        CreateSessionRequest request, string address, SignInCandidate? candidate, CancellationToken cancellationToken)
    {
        try
        {
            return await hasher.VerifyAsync(request.Password, candidate?.PasswordHash, cancellationToken);
        }
        catch (DomainException e) when (e.Reason == ErrorReason.Overloaded)
        {
            // Nothing was tried: others' flood must not use up this account's attempts.
            await limits.SucceededAsync(CredentialUse.SignIn, address, request.Email, cancellationToken);
            throw;
        }
    }

    private async Task<(UserSession Session, string Token)> BeginAsync(
        SignInCandidate candidate, Guid requestId, string userAgent, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        if (!await SignInStore.StillHoldsAsync(candidate, transaction, cancellationToken))
        {
            throw DomainError.SignInRefused();
        }

        var now = time.GetMicrosecondUtcNow();
        var session = UserSession.Begin(candidate.UserId, userAgent, now, options.Lifetime);
        var (token, hash) = refreshTokens.Create(session.Id, 1);
        if (await SessionStore.InsertAsync(session, requestId, hash, transaction, cancellationToken))
        {
            return (session, token);
        }

        // Asked twice: the answer before was lost, and with it the tokens that these replace.
        var family = await SessionStore.LockByRequestAsync(requestId, transaction, cancellationToken);
        if (family is null || family.Session.UserId != candidate.UserId || !family.Session.Lives(now))
        {
            throw DomainError.RequestIdReused();
        }

        (token, hash) = refreshTokens.Create(family.Session.Id, family.Generation + 1);
        var anew = family.Anew(hash, now, options.Lifetime);
        await SessionStore.RotateAsync(anew, transaction, cancellationToken);
        return (anew.Session, token);
    }
}
