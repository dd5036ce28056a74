using Suite.Contracts.Users.V1;
using Suite.Platform.Errors;
using Suite.Platform.Naming;
using Suite.Users.Domain;
using Suite.Users.Storage;

namespace Suite.Users.Features;

/// <summary>Reads users by name.</summary>
internal sealed class GetUsers(UserCache cache)
{
    /// <exception cref="DomainException">NOT_FOUND.</exception>
    public ValueTask<User> OneAsync(Guid id, CancellationToken cancellationToken)
    {
        var found = cache.FindAsync(id, cancellationToken);
        return found is { IsCompletedSuccessfully: true, Result: { } user } ? new ValueTask<User>(user) : new ValueTask<User>(AwaitAsync(found, id));
    }

    /// <summary>The users in the order of <paramref name="ids"/>.</summary>
    /// <exception cref="DomainException">NOT_FOUND naming the first that does not exist.</exception>
    public async Task<IReadOnlyList<User>> ManyAsync(IReadOnlyList<Guid> ids, CancellationToken cancellationToken)
    {
        var found = await cache.FindAsync(ids, cancellationToken);
        return [.. ids.Select(id => found.TryGetValue(id, out var user) ? user : throw NotFound(id))];
    }

    private static async Task<User> AwaitAsync(ValueTask<User?> found, Guid id) => await found ?? throw NotFound(id);

    private static DomainException NotFound(Guid id) => DomainError.NotFound(ResourceName.Format(UserAccount.Collection, id));
}
