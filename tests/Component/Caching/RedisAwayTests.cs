using System.Diagnostics;
using NUnit.Framework;
using StackExchange.Redis;
using Suite.Local.Processes;
using Suite.Local.Redis;

namespace Suite.Tests.Component.Caching;

/// <summary>Redis stopped, hanging, flushed and late: each costs time, and none an answer.</summary>
internal sealed class RedisAwayTests
{
    private string _id = string.Empty;
    private string _folder = string.Empty;
    private PlayedRecord _record = null!;
    private RedisServer _server = null!;
    private CacheReplica _one = null!;
    private CacheReplica _other = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _id = Guid.CreateVersion7().ToString();
        _folder = Servers.NewFolder();
        _record = new PlayedRecord();
        _record.Write(_id, "0");
        _server = await RedisServer.StartAsync(_folder);
        _one = await CacheReplica.StartAsync(_server.ConnectionString, "user", _record);
        _other = await CacheReplica.StartAsync(_server.ConnectionString, "user", _record);
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _one.DisposeAsync();
        await _other.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Test]
    public async Task Killed_and_back_again_every_read_is_answered_and_none_is_older_than_half_a_second()
    {
        Assert.That(await _one.NameAsync(_id), Is.EqualTo("0"));
        Assert.That(await _other.NameAsync(_id), Is.EqualTo("0"));

        await _server.KillAsync();
        await Eventually.That(() => Task.FromResult(_one.Pulse.IsAlive || _other.Pulse.IsAlive), Is.False, seconds: 2);
        for (var i = 1; i <= 3; i++)
        {
            var took = Stopwatch.StartNew();
            await _one.WriteAsync(_id, $"{i}");
            Assert.That(took.Elapsed, Is.LessThan(TimeSpan.FromSeconds(1)), "a committed write waited for Redis");
            Assert.That(await _one.NameAsync(_id), Is.EqualTo($"{i}"));
            await Eventually.That(() => _other.NameAsync(_id), Is.EqualTo($"{i}"), seconds: 1);
        }

        _server = await RedisServer.StartAsync(_folder, _server.Port);
        await Eventually.That(() => Task.FromResult(_one.Pulse.IsAlive && _other.Pulse.IsAlive), Is.True);
        Assert.That(await _other.NameAsync(_id), Is.EqualTo("3"));
        await _one.WriteAsync(_id, "4");
        await Eventually.That(() => _other.NameAsync(_id), Is.EqualTo("4"), seconds: 1);
    }

    [Test]
    public async Task One_that_hangs_is_done_without_after_a_second()
    {
        await _one.ReadAsync(_id);
        Signals.Send(_server.ProcessId, 19);
        try
        {
            await _other.WriteAsync(_id, "1");
            // A second until the silence is noticed, and half a second that memory is believed alone.
            await Eventually.That(() => _one.NameAsync(_id), Is.EqualTo("1"), seconds: 3);
            var took = Stopwatch.StartNew();
            for (var i = 0; i < 50; i++)
            {
                var id = Guid.NewGuid().ToString();
                _record.Write(id, "new");
                Assert.That(await _one.NameAsync(id), Is.EqualTo("new"));
            }

            Assert.That(took.Elapsed, Is.LessThan(TimeSpan.FromSeconds(2)), "every miss waits for a server that hangs");
        }
        finally
        {
            Signals.Send(_server.ProcessId, 18);
        }

        await Eventually.That(() => Task.FromResult(_one.Pulse.IsAlive && _other.Pulse.IsAlive), Is.True);
        Assert.That(await _one.NameAsync(_id), Is.EqualTo("1"));
    }

    [Test]
    public async Task What_it_kept_from_before_is_put_right_by_whoever_could_not_write_it()
    {
        await _one.ReadAsync(_id);
        var key = $"suite:user:{{{_id}}}";
        await Eventually.That(() => _one.Redis.KeyExistsAsync(key), Is.True);
        Signals.Send(_server.ProcessId, 19);
        await Eventually.That(() => Task.FromResult(_one.Pulse.IsAlive), Is.False, seconds: 3);

        await _one.WriteAsync(_id, "1");
        Signals.Send(_server.ProcessId, 18);

        // It still has the old value when it comes back; a third replica that knows of nothing reads it there.
        await using var third = await CacheReplica.StartAsync(_server.ConnectionString, "user", new PlayedRecord());
        await Eventually.That(() => third.NameAsync(_id), Is.EqualTo("1"), seconds: 5);
    }

    [Test]
    public async Task Flushed_it_is_filled_again()
    {
        await _one.ReadAsync(_id);
        await using (var admin = await ConnectionMultiplexer.ConnectAsync(_server.ConnectionString + ",allowAdmin=true"))
        {
            await admin.GetServers()[0].FlushAllDatabasesAsync();
        }

        Assert.That(await _one.NameAsync(_id), Is.EqualTo("0"));
        Assert.That(await _other.NameAsync(_id), Is.EqualTo("0"));
        await _other.WriteAsync(_id, "1");
        await Eventually.That(() => _one.NameAsync(_id), Is.EqualTo("1"), seconds: 1);
    }

    [Test]
    public async Task Away_at_the_start_and_back_later_replicas_hear_of_each_other()
    {
        await _server.KillAsync();
        await using var early = await CacheReplica.StartAsync(_server.ConnectionString, "user", _record, isThere: false);
        Assert.That(await early.NameAsync(_id), Is.EqualTo("0"));

        _server = await RedisServer.StartAsync(_folder, _server.Port);
        await Eventually.That(() => Task.FromResult(early.Pulse.IsAlive && _one.Pulse.IsAlive && early.IsListening && _one.IsListening), Is.True);

        // Memory is believed for thirty seconds: what is seen before has been heard.
        await early.ReadAsync(_id);
        await _one.WriteAsync(_id, "1");
        await Eventually.That(() => early.NameAsync(_id), Is.EqualTo("1"), seconds: 10);
        await early.WriteAsync(_id, "2");
        await Eventually.That(() => _one.NameAsync(_id), Is.EqualTo("2"), seconds: 10);
    }
}
