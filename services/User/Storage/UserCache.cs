using Microsoft.Extensions.Caching.Memory;
using Suite.Contracts.Users.V1;

namespace Suite.Users.Storage;

/// <summary>Users as they were read last: cache-aside for reads, write-through for writes.</summary>
internal sealed class UserCache(UserStore store) : IDisposable
{
    /// <summary>How old an answer may be. Short, because nothing evicts other replicas' memories yet.</summary>
    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(1);

    private readonly MemoryCache _known = new(new MemoryCacheOptions { SizeLimit = 100_000 });

    /// <summary>A user, deleted ones too; null when there never was one.</summary>
    public ValueTask<User?> FindAsync(Guid id, CancellationToken cancellationToken) =>
        _known.TryGetValue(id, out User? cached) ? new ValueTask<User?>(cached) : new ValueTask<User?>(LoadAsync(id, cancellationToken));

    /// <summary>The users there are, by id.</summary>
    public async Task<IReadOnlyDictionary<Guid, User>> FindAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken) =>
        (await store.GetAsync([.. ids.Distinct()], cancellationToken)).ToDictionary(u => u.Id, u => u.ToProto());

    /// <summary>Tells the cache, here and on every replica, what was just committed.</summary>
    public Task WrittenAsync(Guid id, User user, CancellationToken cancellationToken)
    {
        Remember(id, user);
        return Task.CompletedTask;
    }

    public void Dispose() => _known.Dispose();

    private async Task<User?> LoadAsync(Guid id, CancellationToken cancellationToken)
    {
        var user = (await store.GetAsync([id], cancellationToken)).SingleOrDefault()?.ToProto();
        return user is null ? null : Remember(id, user);
    }

    private User Remember(Guid id, User user) =>
        _known.Set(id, user, new MemoryCacheEntryOptions { AbsoluteExpirationRelativeToNow = Freshness, Size = 1 });
}
