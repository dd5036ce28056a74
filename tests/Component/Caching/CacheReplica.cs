using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using StackExchange.Redis;
using Suite.Contracts.Users.V1;
using Suite.Platform.Caching;
using Suite.Platform.Redis;
using Suite.Users.Storage;

namespace Suite.Tests.Component.Caching;

/// <summary>What one replica has: a connection, a pulse and a cache of users, in front of a record that the replicas share.</summary>
internal sealed class CacheReplica : IAsyncDisposable
{
    private static readonly IMeterFactory s_meters = new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>();

    private readonly IConnectionMultiplexer _redis;
    private readonly string _name;
    private readonly PlayedRecord _record;

    private CacheReplica(IConnectionMultiplexer redis, string name, PlayedRecord record, CachePolicy? policy)
    {
        _redis = redis;
        _name = name;
        _record = record;
        Pulse = new RedisPulse(redis, TimeProvider.System);
        Cache = new ContractCache<User>(
            name, User.Parser, UserCache.VersionOf, policy ?? new CachePolicy(), redis, Pulse,
            new CacheTelemetry(s_meters, name), TimeProvider.System, NullLogger.Instance);
    }

    public RedisPulse Pulse { get; }

    public ContractCache<User> Cache { get; }

    public IDatabase Redis => _redis.GetDatabase();

    /// <param name="servers">Redis.</param>
    /// <param name="name">The cache's name; replicas of one service have the same.</param>
    /// <param name="record">What is read when no cache has it.</param>
    /// <param name="policy">For how long; as in production when null.</param>
    /// <param name="isThere">Whether Redis is there, so that its messages are waited for.</param>
    public static async Task<CacheReplica> StartAsync(
        string servers, string name, PlayedRecord record, CachePolicy? policy = null, bool isThere = true)
    {
        var redis = await ConnectionMultiplexer.ConnectAsync(RedisModule.Options(servers));
        var replica = new CacheReplica(redis, name, record, policy);
        if (isThere)
        {
            await Eventually.That(() => Task.FromResult(replica.Pulse.IsAlive), Is.True);
            await Eventually.That(() => Task.FromResult(replica.IsListening), Is.True);
        }

        return replica;
    }

    /// <summary>Whether it hears what other replicas say.</summary>
    public bool IsListening =>
        _redis.GetSubscriber().SubscribedEndpoint(RedisChannel.Literal($"suite:{RedisPulse.ChannelTag}:{_name}.Backplane:v2")) is not null;

    public ValueTask<User?> ReadAsync(string id) => Cache.ReadAsideAsync(id, _record.LoadAsync, CancellationToken.None);

    public async Task<string?> NameAsync(string id) => (await ReadAsync(id))?.DisplayName;

    /// <summary>Commits a new version, as a service does, and tells the cache.</summary>
    public Task WriteAsync(string id, string name) => Cache.WriteThroughAsync(id, _record.Write(id, name));

    public async ValueTask DisposeAsync()
    {
        Cache.Dispose();
        await Pulse.DisposeAsync();
        await _redis.DisposeAsync();
    }
}
