using System.Collections.Concurrent;
using System.Globalization;
using Suite.Contracts.Users.V1;

namespace Suite.Tests.Component.Caching;

/// <summary>The database, as far as a cache asks it: it counts, and can be slow or away.</summary>
internal sealed class PlayedRecord
{
    private readonly ConcurrentDictionary<string, User> _users = new();
    private int _loads;

    /// <summary>How often it was asked.</summary>
    public int Loads => Volatile.Read(ref _loads);

    /// <summary>What every load fails with.</summary>
    public Exception? Failure { get; set; }

    /// <summary>Waited for after the value was read and before it is handed over: a read that is overtaken.</summary>
    public Task Delay { get; set; } = Task.CompletedTask;

    /// <summary>Commits the next version of a user.</summary>
    public User Write(string id, string name) => _users.AddOrUpdate(
        id,
        _ => new User { Name = $"users/{id}", DisplayName = name, Etag = "1" },
        (_, before) => new User
        {
            Name = before.Name,
            DisplayName = name,
            Etag = (long.Parse(before.Etag, CultureInfo.InvariantCulture) + 1).ToString(CultureInfo.InvariantCulture),
        });

    public async Task<User?> LoadAsync(string id, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _loads);
        if (Failure is { } failure)
        {
            throw failure;
        }

        var read = _users.GetValueOrDefault(id);
        await Delay;
        return read;
    }

    public async Task<IReadOnlyDictionary<string, User>> LoadAsync(IReadOnlyCollection<string> ids, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _loads);
        await Delay;
        return ids.Where(_users.ContainsKey).ToDictionary(id => id, id => _users[id]);
    }
}
