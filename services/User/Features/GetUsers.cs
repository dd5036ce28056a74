using Suite.Contracts.Users.V1;
using Suite.Platform.Errors;
using Suite.Platform.Naming;
using Suite.Platform.Security;
using Suite.Users.Domain;
using Suite.Users.Storage;

namespace Suite.Users.Features;

/// <summary>
/// Reads users by name. Somebody who is signed in finds nobody but themselves, and nobody who is deleted; backends and services
/// find the deleted as well, erased.
/// </summary>
internal sealed class GetUsers(UserCache cache)
{
    /// <exception cref="DomainException">NOT_FOUND.</exception>
    public ValueTask<User> OneAsync(Caller caller, Guid id, CancellationToken cancellationToken)
    {
        if (!MayKnowOf(caller, id))
        {
            throw NotFound(id);
        }

        var found = cache.FindAsync(id, cancellationToken);
        return found is { IsCompletedSuccessfully: true, Result: { } user }
            ? new ValueTask<User>(Visible(caller, id, user))
            : new ValueTask<User>(AwaitAsync(caller, id, found));
    }

    /// <summary>The users in the order of <paramref name="ids"/>.</summary>
    /// <exception cref="DomainException">NOT_FOUND naming the first that does not exist.</exception>
    public async Task<IReadOnlyList<User>> ManyAsync(Caller caller, IReadOnlyList<Guid> ids, CancellationToken cancellationToken)
    {
        foreach (var id in ids)
        {
            if (!MayKnowOf(caller, id))
            {
                throw NotFound(id);
            }
        }

        var found = await cache.FindAsync(ids, cancellationToken);
        return [.. ids.Select(id => Visible(caller, id, found.GetValueOrDefault(id)))];
    }

    /// <summary>Whether the caller may know of a user; not of one that does not exist, for all it can tell.</summary>
    internal static bool MayKnowOf(Caller caller, Guid id) =>
        !caller.SeesOnlyOwn || caller.MayKnowOf(ResourceName.Format(UserAccount.Collection, id));

    internal static DomainException NotFound(Guid id) => DomainError.NotFound(ResourceName.Format(UserAccount.Collection, id));

    private static async Task<User> AwaitAsync(Caller caller, Guid id, ValueTask<User?> found) => Visible(caller, id, await found);

    private static User Visible(Caller caller, Guid id, User? user) =>
        user is not null && !(user.State == User.Types.State.Deleted && caller.SeesOnlyOwn) ? user : throw NotFound(id);
}
