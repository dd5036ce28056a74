using Npgsql;
using Suite.Contracts.Users.V1;
using Suite.Platform.Errors;
using Suite.Platform.Messaging;
using Suite.Platform.Postgres;
using Suite.Platform.Time;
using Suite.Users.Domain;
using Suite.Users.Features.Limits;
using Suite.Users.Features.SigningKeys;
using Suite.Users.Storage;

namespace Suite.Users.Features.Sessions;

/// <summary>
/// Gives the next tokens for a refresh token, which is used up by it. One that comes again in another call is in two hands: the
/// session ends, and that is told.
/// </summary>
internal sealed class RefreshSession(
    ISignInLimits limits,
    RefreshTokens refreshTokens,
    AccessTokenIssuer accessTokens,
    SessionEnding ending,
    IOutbox outbox,
    SessionLifetimes options,
    NpgsqlDataSource dataSource,
    TimeProvider time,
    ILogger<RefreshSession> logger)
{
    /// <exception cref="DomainException">UNAUTHENTICATED (REFRESH_TOKEN_INVALID), RESOURCE_EXHAUSTED (RATE_LIMITED).</exception>
    public async Task<SessionTokens> RunAsync(RefreshSessionRequest request, string address, CancellationToken cancellationToken)
    {
        var requestId = Guid.Parse(request.RequestId);
        var read = refreshTokens.Read(request.RefreshToken);
        var account = read is { } known ? $"sessions/{known.Session}" : $"unknown {address}";
        await limits.CheckAsync(CredentialUse.Refresh, address, account, cancellationToken);
        if (read is not { } token)
        {
            throw DomainError.RefreshTokenInvalid();
        }

        var (verdict, session, next) = await dataSource.InTransactionAsync(
            (transaction, inner) => TurnAsync(token, requestId, transaction, inner), cancellationToken);
        switch (verdict)
        {
            case RefreshVerdict.Rotate or RefreshVerdict.AnswerAgain:
                await limits.SucceededAsync(CredentialUse.Refresh, address, account, cancellationToken);
                return accessTokens.With(session!, next!);
            case RefreshVerdict.Reused:
                outbox.Wake();
                UserLog.RefreshTokenReused(logger, token.Session);
                throw DomainError.RefreshTokenInvalid();
            default:
                throw DomainError.RefreshTokenInvalid();
        }
    }

    private async Task<(RefreshVerdict Verdict, UserSession? Session, string? Token)> TurnAsync(
        RefreshToken token, Guid requestId, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        if (await SessionStore.LockAsync(token.Session, transaction, cancellationToken) is not { } family)
        {
            return (RefreshVerdict.Invalid, null, null);
        }

        var now = time.GetMicrosecondUtcNow();
        var verdict = family.Judge(token, requestId, now, options.RepeatWindow);
        switch (verdict)
        {
            case RefreshVerdict.Rotate or RefreshVerdict.AnswerAgain:
                var (text, hash) = refreshTokens.Create(token.Session, family.Generation + 1);
                var next = family.Next(hash, requestId, token.Hash, now, options.Lifetime);
                await SessionStore.RotateAsync(next, transaction, cancellationToken);
                return (verdict, next.Session, text);
            case RefreshVerdict.Reused:
                await ending.EndAsync(token.Session, SessionEnded.Types.Reason.RefreshTokenReused, transaction, cancellationToken);
                return (verdict, null, null);
            default:
                return (verdict, null, null);
        }
    }
}
