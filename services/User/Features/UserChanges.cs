using Npgsql;
using Suite.Contracts.Users.V1;
using Suite.Platform.Idempotency;
using Suite.Platform.Messaging;
using Suite.Platform.Naming;
using Suite.Users.Domain;
using Suite.Users.Storage;

namespace Suite.Users.Features;

/// <summary>
/// What every change of a user has in common: once per request id, the user locked, event and answer in one commit, and the cache
/// and the relay told after it.
/// </summary>
internal sealed class UserChanges(IdempotencyStore requests, UserStore store, UserCache cache, IOutbox outbox)
{
    /// <summary>What else is to be written in the transaction of a change.</summary>
    public delegate Task Beside(UserAccount after, NpgsqlTransaction transaction, CancellationToken cancellationToken);

    /// <summary>Writes a new user.</summary>
    public Task<User> InsertAsync(RequestKey key, UserAccount user, Beside beside, CancellationToken cancellationToken) => RunAsync(
        key,
        async (transaction, token) =>
        {
            await store.InsertAsync(user, transaction, token);
            await beside(user, transaction, token);
            return (user, true);
        },
        cancellationToken);

    /// <summary>Changes a user; <paramref name="beside"/> only runs when the change changed something.</summary>
    public Task<User> UpdateAsync(
        RequestKey key, Guid id, Func<UserAccount, UserAccount> change, Beside? beside, CancellationToken cancellationToken) => RunAsync(
        key,
        async (transaction, token) =>
        {
            var (before, after) = await store.UpdateAsync(id, change, transaction, token);
            var changed = after.Version != before.Version;
            if (changed && beside is not null)
            {
                await beside(after, transaction, token);
            }

            return (after, changed);
        },
        cancellationToken);

    private async Task<User> RunAsync(
        RequestKey key,
        Func<NpgsqlTransaction, CancellationToken, Task<(UserAccount User, bool Changed)>> effect,
        CancellationToken cancellationToken)
    {
        UserAccount? written = null;
        var answer = await requests.RunAsync(
            key,
            User.Parser,
            async (transaction, token) =>
            {
                var (user, changed) = await effect(transaction, token);
                written = changed ? user : null;
                return user.ToProto();
            },
            user => ResourceName.ParseGuid(UserAccount.Collection, user.Name),
            cancellationToken);

        // A stored answer is of the past, and nothing to remember. What is committed is told, even when the caller has gone.
        if (written is not null)
        {
            outbox.Wake();
            await cache.WrittenAsync(written.Id, answer, CancellationToken.None);
        }

        return answer;
    }
}
