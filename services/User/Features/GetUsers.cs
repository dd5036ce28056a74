using Microsoft.Extensions.Caching.Memory;
using Suite.Contracts.Users.V1;
using Suite.Platform.Errors;
using Suite.Platform.Naming;
using Suite.Users.Domain;
using Suite.Users.Storage;

namespace Suite.Users.Features;

/// <summary>Reads users, from memory for as long as <see cref="Freshness"/>.</summary>
internal sealed class GetUsers(UserStore store) : IDisposable
{
    /// <summary>How old an answer may be. Short, because nothing evicts other replicas' memories yet.</summary>
    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(1);

    private readonly MemoryCache _cache = new(new MemoryCacheOptions { SizeLimit = 100_000 });

    /// <exception cref="DomainException">NOT_FOUND.</exception>
    public ValueTask<User> OneAsync(Guid id, CancellationToken cancellationToken) =>
        _cache.TryGetValue(id, out User? cached) ? new ValueTask<User>(cached!) : new ValueTask<User>(LoadAsync(id, cancellationToken));

    /// <summary>The users in the order of <paramref name="ids"/>.</summary>
    /// <exception cref="DomainException">NOT_FOUND naming the first that does not exist.</exception>
    public async Task<IReadOnlyList<User>> ManyAsync(IReadOnlyList<Guid> ids, CancellationToken cancellationToken)
    {
        var found = (await store.GetAsync([.. ids.Distinct()], cancellationToken)).ToDictionary(u => u.Id);
        return [.. ids.Select(id => found.TryGetValue(id, out var user) ? user.ToProto() : throw NotFound(id))];
    }

    public void Dispose() => _cache.Dispose();

    private async Task<User> LoadAsync(Guid id, CancellationToken cancellationToken)
    {
        var user = (await store.GetAsync([id], cancellationToken)).SingleOrDefault()?.ToProto() ?? throw NotFound(id);
        return _cache.Set(id, user, new MemoryCacheEntryOptions { AbsoluteExpirationRelativeToNow = Freshness, Size = 1 });
    }

    private static DomainException NotFound(Guid id) => DomainError.NotFound(ResourceName.Format(UserAccount.Collection, id));
}
