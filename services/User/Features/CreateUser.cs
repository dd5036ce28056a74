using Suite.Contracts.Users.V1;
using Suite.Platform.Idempotency;
using Suite.Platform.Time;
using Suite.Users.Domain;
using Suite.Users.Storage;

namespace Suite.Users.Features;

/// <summary>Creates an active user, who can sign in when a password is given, with its event, once per request id.</summary>
internal sealed class CreateUser(UserChanges changes, IdempotencyStore requests, IPasswordHasher hasher, TimeProvider time)
{
    /// <param name="key">The request, without its password in the clear.</param>
    /// <param name="email">The address, not taken by anybody else.</param>
    /// <param name="displayName">The name to show.</param>
    /// <param name="password">The password; empty for a user who can not sign in.</param>
    /// <param name="cancellationToken">The caller's.</param>
    public async Task<User> RunAsync(
        RequestKey key, EmailAddress email, string displayName, string password, CancellationToken cancellationToken)
    {
        var user = UserAccount.Create(email, displayName, time.GetMicrosecondUtcNow());
        if (password.Length == 0)
        {
            return await changes.InsertAsync(key, user, (_, _, _) => Task.CompletedTask, cancellationToken);
        }

        PasswordPolicy.Check(password, "password", email.Value);
        if (await requests.FindAsync(key, User.Parser, cancellationToken) is { } stored)
        {
            return stored;
        }

        // A hash takes long on purpose: it is made while nothing is locked and no connection is held.
        var hash = hasher.Hash(password);
        return await changes.InsertAsync(
            key,
            user,
            (after, transaction, token) => PasswordStore.SetAsync(after.Id, hash, after.CreateTime, transaction, token),
            cancellationToken);
    }
}
