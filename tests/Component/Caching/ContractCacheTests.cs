using System.Diagnostics;
using Google.Protobuf;
using NUnit.Framework;
using StackExchange.Redis;
using Suite.Contracts.Users.V1;
using Suite.Platform.Caching;
using Suite.Platform.Messaging;
using Suite.Users.Events;
using Suite.Users.Storage;

namespace Suite.Tests.Component.Caching;

/// <summary>Two replicas on one Redis.</summary>
internal sealed class ContractCacheTests
{
    private readonly string _id = Guid.CreateVersion7().ToString();
    private PlayedRecord _record = null!;
    private string _name = null!;
    private CacheReplica _one = null!;
    private CacheReplica _other = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _record = new PlayedRecord();
        _name = $"user-{Guid.NewGuid():N}";
        _one = await CacheReplica.StartAsync(Servers.Redis.ConnectionString, _name, _record);
        _other = await CacheReplica.StartAsync(Servers.Redis.ConnectionString, _name, _record);
        _record.Write(_id, "before");
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _one.DisposeAsync();
        await _other.DisposeAsync();
    }

    [Test]
    public async Task What_memory_has_is_answered_without_waiting()
    {
        var read = await _one.ReadAsync(_id);

        var again = _one.ReadAsync(_id);
        Assert.That(again.IsCompletedSuccessfully);
        Assert.That(await again, Is.EqualTo(read));
    }

    [Test]
    public async Task What_one_replica_has_read_the_other_takes_from_Redis()
    {
        var read = await _one.ReadAsync(_id);
        await Eventually.That(() => _one.Redis.KeyExistsAsync($"suite:{_name}:{{{_id}}}"), Is.True);

        Assert.That(await _other.ReadAsync(_id), Is.EqualTo(read));
        Assert.That(_record.Loads, Is.EqualTo(1));
    }

    [Test]
    public async Task A_write_on_one_replica_is_read_on_the_other_within_milliseconds()
    {
        await _one.ReadAsync(_id);
        await _other.ReadAsync(_id);

        await _one.WriteAsync(_id, "after");

        Assert.That(await _one.NameAsync(_id), Is.EqualTo("after"));
        await Eventually.That(() => _other.NameAsync(_id), Is.EqualTo("after"), seconds: 1);
        Assert.That(_record.Loads, Is.LessThanOrEqualTo(2));
    }

    [Test]
    public async Task What_was_evicted_is_read_from_the_record_on_both()
    {
        await _one.ReadAsync(_id);
        await _other.ReadAsync(_id);
        _record.Write(_id, "after");

        await _one.Cache.EvictAsync(_id, 2);

        Assert.That(await _one.NameAsync(_id), Is.EqualTo("after"));
        await Eventually.That(() => _other.NameAsync(_id), Is.EqualTo("after"), seconds: 1);
    }

    [Test]
    public async Task A_thousand_concurrent_misses_of_one_key_make_one_load()
    {
        var release = new TaskCompletionSource();
        _record.Delay = release.Task;
        var reads = Enumerable.Range(0, 1000).Select(_ => Task.Run(() => _one.NameAsync(_id))).ToArray();
        await Eventually.That(() => Task.FromResult(_record.Loads), Is.EqualTo(1));
        release.SetResult();

        Assert.That(await Task.WhenAll(reads), Is.All.EqualTo("before"));
        Assert.That(_record.Loads, Is.EqualTo(1));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_read_that_began_before_a_write_does_not_put_the_old_value_back(bool onTheWritingReplica)
    {
        var release = new TaskCompletionSource();
        _record.Delay = release.Task;
        var reader = onTheWritingReplica ? _one : _other;
        var overtaken = reader.NameAsync(_id);
        await Eventually.That(() => Task.FromResult(_record.Loads), Is.EqualTo(1));

        await _one.WriteAsync(_id, "after");
        _record.Delay = Task.CompletedTask;
        release.SetResult();
        // It may answer what it read, since it began before; it may leave nothing of it behind.
        await overtaken;

        await Eventually.That(() => reader.NameAsync(_id), Is.EqualTo("after"), seconds: 1);
        for (var i = 0; i < 100; i++)
        {
            Assert.That(await reader.NameAsync(_id), Is.EqualTo("after"));
            Assert.That(await _one.NameAsync(_id), Is.EqualTo("after"));
        }

        await using var third = await CacheReplica.StartAsync(Servers.Redis.ConnectionString, _name, new PlayedRecord());
        Assert.That(await third.NameAsync(_id), Is.EqualTo("after"), "Redis has the old value");
    }

    [Test]
    public async Task Writes_that_cross_leave_the_newest_everywhere()
    {
        var versions = Enumerable.Range(0, 200).Select(i => _record.Write(_id, $"{i}")).ToArray();
        await Parallel.ForEachAsync(versions.OrderBy(v => v.Etag, StringComparer.Ordinal).Select((v, i) => (v, i)), async (next, _) =>
            await (next.i % 2 == 0 ? _one : _other).Cache.WriteThroughAsync(_id, next.v));

        Assert.That(await _one.NameAsync(_id), Is.EqualTo("199"));
        await Eventually.That(() => _other.NameAsync(_id), Is.EqualTo("199"), seconds: 1);
        await using var third = await CacheReplica.StartAsync(Servers.Redis.ConnectionString, _name, new PlayedRecord());
        Assert.That(await third.NameAsync(_id), Is.EqualTo("199"), "Redis has an older one");
    }

    [Test]
    public async Task An_old_value_is_better_than_an_error_when_the_record_is_away()
    {
        var policy = new CachePolicy { Memory = TimeSpan.FromMilliseconds(50), Redis = TimeSpan.FromMilliseconds(50), Jitter = TimeSpan.Zero };
        await using var replica = await CacheReplica.StartAsync(Servers.Redis.ConnectionString, _name + "-short", _record, policy);
        await replica.ReadAsync(_id);
        _record.Failure = new TimeoutException("away");
        var before = _record.Loads;

        await Eventually.That(
            async () =>
            {
                Assert.That(await replica.NameAsync(_id), Is.EqualTo("before"));
                return _record.Loads;
            },
            Is.GreaterThan(before));

        _record.Failure = null;
        _record.Write(_id, "after");
        await Eventually.That(() => replica.NameAsync(_id), Is.EqualTo("after"), seconds: 5);
    }

    [Test]
    public async Task What_is_known_to_be_old_is_not_answered_even_when_the_record_is_away()
    {
        await _one.ReadAsync(_id);
        _record.Failure = new TimeoutException("away");

        _one.Cache.Heard(_id, 2);

        Assert.That(async () => await _one.ReadAsync(_id), Throws.InstanceOf<TimeoutException>());
    }

    [Test]
    public async Task An_event_of_the_user_is_a_second_way_to_hear_of_a_change()
    {
        await _one.ReadAsync(_id);
        // Committed by a replica that died before it told anybody; its event is relayed by another.
        _record.Write(_id, "after");
        var news = new UserNews(new UserCache(null!, _one.Cache));
        news.Hear(new IncomingMessage
        {
            Id = Guid.NewGuid(),
            Type = UserSuspended.Descriptor.FullName,
            Topic = "suite.user.v1",
            Key = _id,
            Body = new UserSuspended { User = $"users/{_id}", Version = 2 }.ToByteArray(),
            Time = DateTimeOffset.UtcNow,
        });

        Assert.That(await _one.NameAsync(_id), Is.EqualTo("after"));
    }

    [Test]
    public async Task What_does_not_exist_is_not_remembered()
    {
        var id = Guid.NewGuid().ToString();
        Assert.That(await _one.ReadAsync(id), Is.Null);

        _record.Write(id, "new");

        Assert.That(await _one.NameAsync(id), Is.EqualTo("new"));
    }

    [Test]
    public async Task Many_are_read_from_memory_then_from_Redis_then_from_the_record_at_once()
    {
        var ids = Enumerable.Range(0, 300).Select(_ => Guid.CreateVersion7().ToString()).ToArray();
        foreach (var id in ids)
        {
            _record.Write(id, id);
        }

        foreach (var id in ids[..100])
        {
            await _other.ReadAsync(id);
        }

        RedisKey[] keys = [.. ids[..100].Select(id => (RedisKey)$"suite:{_name}:{{{id}}}")];
        await Eventually.That(() => _one.Redis.KeyExistsAsync(keys), Is.EqualTo(100));
        foreach (var id in ids[..50])
        {
            await _one.ReadAsync(id);
        }

        var before = _record.Loads;
        var found = await _one.Cache.ReadAsideAsync([.. ids, "nobody"], _record.LoadAsync, CancellationToken.None);

        Assert.That(found.Keys, Is.EquivalentTo(ids));
        Assert.That(found.Select(f => f.Value.DisplayName == f.Key), Is.All.True);
        Assert.That(_record.Loads, Is.EqualTo(before + 1));
        foreach (var id in ids)
        {
            Assert.That(_one.ReadAsync(id).AsTask().IsCompletedSuccessfully, "not kept in memory");
        }
    }
}
