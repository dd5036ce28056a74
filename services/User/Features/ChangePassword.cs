using Npgsql;
using Suite.Contracts.Users.V1;
using Suite.Platform.Errors;
using Suite.Platform.Idempotency;
using Suite.Platform.Naming;
using Suite.Platform.Security;
using Suite.Platform.Time;
using Suite.Users.Domain;
using Suite.Users.Features.Limits;
using Suite.Users.Storage;

namespace Suite.Users.Features;

/// <summary>
/// Sets a password and ends the other sessions of the user. Whoever has no say over the directory must give the password that
/// holds now: a stolen access token is not enough to take an account over.
/// </summary>
internal sealed class ChangePassword(
    UserStore store,
    PasswordStore passwords,
    IdempotencyStore requests,
    IPasswordHasher hasher,
    ISignInLimits limits,
    ISessionEnder sessions,
    Platform.Messaging.IOutbox outbox,
    TimeProvider time)
{
    private const string ResetScope = "directory.write";

    private const string Sessions = "sessions";

    /// <param name="key">The request, without its passwords in the clear.</param>
    /// <param name="caller">Who is calling.</param>
    /// <param name="address">The peer's address, for the limits.</param>
    /// <param name="id">Whose password.</param>
    /// <param name="request">The passwords.</param>
    /// <param name="cancellationToken">The caller's.</param>
    /// <exception cref="DomainException">Whatever ChangePassword's contract names.</exception>
    public async Task<ChangePasswordResponse> RunAsync(
        RequestKey key, Caller caller, string address, Guid id, ChangePasswordRequest request, CancellationToken cancellationToken)
    {
        if (!GetUsers.MayKnowOf(caller, id))
        {
            throw GetUsers.NotFound(id);
        }

        var account = ResourceName.Format(UserAccount.Collection, id);
        await limits.CheckAsync(CredentialUse.PasswordChange, address, account, cancellationToken);
        var answer = await requests.FindAsync(key, ChangePasswordResponse.Parser, cancellationToken)
            ?? await ChangeAsync(key, caller, id, request, cancellationToken);
        await limits.SucceededAsync(CredentialUse.PasswordChange, address, account, cancellationToken);
        return answer;
    }

    private async Task<ChangePasswordResponse> ChangeAsync(
        RequestKey key, Caller caller, Guid id, ChangePasswordRequest request, CancellationToken cancellationToken)
    {
        var user = Find(caller, (await store.GetAsync([id], cancellationToken)).SingleOrDefault(), id);
        PasswordPolicy.Check(request.NewPassword, "new_password", user.Email);
        var before = await passwords.FindAsync(id, cancellationToken);
        var isReset = caller.Has(ResetScope) && request.CurrentPassword.Length == 0;
        if (!isReset)
        {
            Verify(request.CurrentPassword, before);
        }

        // A hash takes long on purpose: it is made while nothing is locked and no connection is held.
        var hash = hasher.Hash(request.NewPassword);
        var answer = await requests.RunAsync(
            key,
            ChangePasswordResponse.Parser,
            async (transaction, token) =>
            {
                await store.UpdateAsync(id, current => Find(caller, current, id), transaction, token);
                if (!isReset && await PasswordStore.FindAsync(id, transaction, token) != before)
                {
                    // Another change came first: the password that was given no longer holds.
                    throw DomainError.SignInRefused();
                }

                await PasswordStore.SetAsync(id, hash, time.GetMicrosecondUtcNow(), transaction, token);
                await EndOthersAsync(caller, id, transaction, token);
                return new ChangePasswordResponse();
            },
            cancellationToken);
        outbox.Wake();
        return answer;
    }

    private static UserAccount Find(Caller caller, UserAccount? user, Guid id) =>
        user is null || (user.IsDeleted && caller.SeesOnlyOwn) ? throw GetUsers.NotFound(id) : user.Alive("given a password");

    private void Verify(string password, string? hash)
    {
        if (password.Length == 0)
        {
            throw DomainError.InvalidArgument("current_password", "must be set.");
        }

        if (hash is null || !hasher.Verify(password, hash, out _))
        {
            throw DomainError.SignInRefused();
        }
    }

    private Task EndOthersAsync(Caller caller, Guid id, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        // The session the user changes it from goes on; a backend has none.
        Guid? own = caller.Session is { } name && ResourceName.TryParseGuid(Sessions, name, out var session) ? session : null;
        return sessions.EndAllAsync(id, SessionEnded.Types.Reason.PasswordChanged, own, transaction, cancellationToken);
    }
}
