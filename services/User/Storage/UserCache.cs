using System.Globalization;
using Suite.Contracts.Users.V1;
using Suite.Platform.Caching;

namespace Suite.Users.Storage;

/// <summary>
/// Users as they were read last: cache-aside for reads, write-through for writes. What it answers is shared and must not be changed.
/// </summary>
internal sealed class UserCache
{
    private readonly UserStore _store;
    private readonly ContractCache<User> _cache;
    private readonly Func<string, CancellationToken, Task<User?>> _load;

    public UserCache(UserStore store, ContractCache<User> cache)
    {
        _store = store;
        _cache = cache;
        _load = LoadAsync;
    }

    /// <summary>The version of a user, out of its etag.</summary>
    public static long VersionOf(User user) => long.Parse(user.Etag, CultureInfo.InvariantCulture);

    /// <summary>A user, deleted ones too; null when there never was one.</summary>
    public ValueTask<User?> FindAsync(Guid id, CancellationToken cancellationToken) =>
        _cache.ReadAsideAsync(id.ToString(), _load, cancellationToken);

    /// <summary>The users there are, by id.</summary>
    public async Task<IReadOnlyDictionary<Guid, User>> FindAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken) =>
        (await _cache.ReadAsideAsync([.. ids.Select(id => id.ToString())], LoadAsync, cancellationToken))
            .ToDictionary(u => Guid.Parse(u.Key), u => u.Value);

    /// <summary>Tells the cache, here and on every replica, what was just committed. It never fails: what is committed stays committed.</summary>
    public Task WrittenAsync(Guid id, User user, CancellationToken cancellationToken) => _cache.WriteThroughAsync(id.ToString(), user);

    /// <summary>Takes note of a version that an event told of.</summary>
    public void Heard(Guid id, long version) => _cache.Heard(id.ToString(), version);

    private async Task<User?> LoadAsync(string id, CancellationToken cancellationToken) =>
        (await _store.GetAsync([Guid.Parse(id)], cancellationToken)).SingleOrDefault()?.ToProto();

    private async Task<IReadOnlyDictionary<string, User>> LoadAsync(IReadOnlyCollection<string> ids, CancellationToken cancellationToken) =>
        (await _store.GetAsync([.. ids.Select(Guid.Parse)], cancellationToken)).ToDictionary(u => u.Id.ToString(), u => u.ToProto());
}
