using NUnit.Framework;
using StackExchange.Redis;
using Suite.Local.Redis;

namespace Suite.Tests.Component.Local;

internal sealed class RedisServerTests
{
    [Test]
    public async Task A_server_left_behind_is_ended_and_the_next_one_is_empty()
    {
        var folder = Servers.NewFolder();
        await using var left = await RedisServer.StartAsync(folder);
        await using (var connection = await ConnectionMultiplexer.ConnectAsync(left.ConnectionString))
        {
            await connection.GetDatabase().StringSetAsync("kept", "1");
        }

        await using var next = await RedisServer.StartAsync(folder, left.Port);

        Assert.That(left.Exited.IsCompleted);
        await using var again = await ConnectionMultiplexer.ConnectAsync(next.ConnectionString);
        Assert.That((await again.GetDatabase().StringGetAsync("kept")).HasValue, Is.False);
    }

    [Test]
    public async Task It_asks_for_a_password_and_writes_nothing()
    {
        var options = ConfigurationOptions.Parse($"127.0.0.1:{Servers.Redis.Port}");
        options.ConnectRetry = 1;
        var refused = await Assert.ThrowsAsync<RedisConnectionException>(() => ConnectionMultiplexer.ConnectAsync(options));
        Assert.That(refused!.Message, Does.Contain("uthentication"));

        await using var connection = await ConnectionMultiplexer.ConnectAsync(Servers.Redis.ConnectionString + ",allowAdmin=true");
        var server = connection.GetServers()[0];
        Assert.That((await server.ConfigGetAsync("save")).Single().Value, Is.Empty);
        Assert.That((await server.ConfigGetAsync("appendonly")).Single().Value, Is.EqualTo("no"));
        if (!OperatingSystem.IsWindows())
        {
            var mode = File.GetUnixFileMode(Path.Combine(Servers.Redis.DataDirectory, "redis.conf"));
            Assert.That(mode, Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        }
    }
}
