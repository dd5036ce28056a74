using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;
using StackExchange.Redis;
using Suite.Local.Redis;
using Suite.Platform.Locking;
using Suite.Platform.Redis;

namespace Suite.Tests.Component.Caching;

/// <summary>A real cluster: cache, locks and their scripts on it, and a failover under load.</summary>
internal sealed class RedisClusterTests
{
    private RedisClusterFixture? _cluster;

    [TearDown]
    public async Task StopAsync()
    {
        if (_cluster is not null)
        {
            await _cluster.DisposeAsync();
        }
    }

    [Test]
    public async Task A_failover_under_load_returns_no_error_and_no_old_value()
    {
        if (RedisBinaries.Find()?.Cli is null)
        {
            Assert.Ignore("redis-cli is not here.");
        }

        _cluster = await RedisClusterFixture.StartAsync();
        var record = new PlayedRecord();
        await using var one = await CacheReplica.StartAsync(_cluster.ConnectionString, "user", record);
        await using var other = await CacheReplica.StartAsync(_cluster.ConnectionString, "user", record);
        await using var admin = await ConnectionMultiplexer.ConnectAsync(RedisModule.Options(_cluster.ConnectionString));

        // Keys of one id and of one lock share a slot, and ids are on all three masters.
        var ids = Enumerable.Range(0, 60).Select(_ => Guid.CreateVersion7().ToString()).ToArray();
        Assert.That(admin.HashSlot("suite:lock:{sweep}"), Is.EqualTo(admin.HashSlot("suite:fence:{sweep}")));
        Assert.That(ids.Select(id => RedisClusterFixture.PortOf(admin, $"suite:user:{{{id}}}")).Distinct().Count(), Is.EqualTo(3));
        foreach (var id in ids)
        {
            await one.WriteAsync(id, "0");
        }

        var many = await other.Cache.ReadAsideAsync(ids, record.LoadAsync, CancellationToken.None);
        Assert.That(many.Keys, Is.EquivalentTo(ids));
        Assert.That(record.Loads, Is.Zero, "what was written through is not in Redis");

        var lockName = Enumerable.Range(0, 1000).Select(i => $"sweep-{i}")
            .First(n => RedisClusterFixture.PortOf(admin, $"suite:lock:{{{n}}}") == _cluster.Replicated.Port);
        var locks = new RedisLocks(admin, TimeProvider.System, NullLogger<RedisLocks>.Instance);
        var before = await locks.TryAcquireAsync(lockName, TimeSpan.FromSeconds(2), CancellationToken.None);
        Assert.That(before, Is.Not.Null);

        // Load on both replicas while the master dies and its replica takes over: nobody may see an error, or a value older than one they saw.
        var stop = new CancellationTokenSource();
        var errors = new ConcurrentQueue<Exception>();
        var answers = 0;
        var load = new[] { one, other }.Select(replica => Task.Run(async () =>
        {
            var seen = new Dictionary<string, int>();
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                var id = ids[i % ids.Length];
                try
                {
                    if (replica == one && i % 10 == 0)
                    {
                        await replica.WriteAsync(id, $"{i}");
                    }

                    var read = int.Parse((await replica.NameAsync(id))!, System.Globalization.CultureInfo.InvariantCulture);
                    Assert.That(read, Is.GreaterThanOrEqualTo(seen.GetValueOrDefault(id)));
                    seen[id] = read;
                    Interlocked.Increment(ref answers);
                    await Task.Delay(2);
                }
                catch (Exception e)
                {
                    errors.Enqueue(e);
                }
            }
        })).ToArray();
        await Eventually.That(() => Task.FromResult(Volatile.Read(ref answers)), Is.GreaterThan(200));
        await _cluster.Replicated.KillAsync();
        HeldLock? after = null;
        await Eventually.That(async () => (after = await TryAsync(locks, lockName)) is not null, Is.True, seconds: 15);
        var sofar = Volatile.Read(ref answers);
        await Eventually.That(() => Task.FromResult(Volatile.Read(ref answers)), Is.GreaterThan(sofar + 200));
        await stop.CancelAsync();
        await Task.WhenAll(load);

        Assert.That(errors, Is.Empty);
        Assert.That(after!.FencingToken, Is.GreaterThan(before!.FencingToken));
        Assert.That(before.Lost.IsCancellationRequested, "another has the lock and the holder before was not told");
        await Eventually.That(() => Task.FromResult(one.Pulse.IsAlive && other.Pulse.IsAlive), Is.True, seconds: 10);
        foreach (var id in ids)
        {
            await one.WriteAsync(id, "1000000");
        }

        foreach (var id in ids)
        {
            await Eventually.That(() => other.NameAsync(id), Is.EqualTo("1000000"), seconds: 2);
        }

        await after.DisposeAsync();
    }

    private static async Task<HeldLock?> TryAsync(RedisLocks locks, string name)
    {
        try
        {
            return await locks.TryAcquireAsync(name, TimeSpan.FromSeconds(2), CancellationToken.None);
        }
        catch (LocksAwayException)
        {
            return null;
        }
    }
}
