using Microsoft.Extensions.Logging.Abstractions;
using StackExchange.Redis;
using Suite.Contracts.Common.V1;
using Suite.Local.Redis;
using Suite.Platform.RateLimiting;

namespace Suite.Tests.Component.Users.SignIn;

internal sealed class LimitTests : SignInFixture
{
    [Test]
    public async Task The_eleventh_wrong_password_within_a_minute_is_refused_before_any_work_on_every_replica()
    {
        await using var other = await SignInRoom.JoinAsync();
        var email = $"{Guid.NewGuid():N}@example.com";
        await Room.AddUserAsync(email);
        for (var i = 0; i < 20; i++)
        {
            await Room.SignInAsync(email);
        }

        for (var i = 0; i < 10; i++)
        {
            await RefusedAsync(() => (i % 2 == 0 ? Room : other).SignInAsync(email, "wrong horse battery"), ErrorReason.SignInRefused);
        }

        foreach (var room in new[] { Room, other })
        {
            var before = room.Hasher.Hashings;
            var refused = await RefusedAsync(() => room.SignInAsync(email), ErrorReason.RateLimited);
            Assert.That(refused.RetryAfter, Is.GreaterThan(TimeSpan.FromSeconds(30)).And.LessThanOrEqualTo(TimeSpan.FromSeconds(60)));
            Assert.That(room.Hasher.Hashings, Is.EqualTo(before));
        }

        await RefusedAsync(() => Room.SignInAsync($"{Guid.NewGuid():N}@example.com"), ErrorReason.SignInRefused);
    }

    [Test]
    public async Task A_window_slides_in_Redis_as_it_does_without()
    {
        var limiter = Limiter(Room.Get<IConnectionMultiplexer>());
        var limit = new RateLimit("test", 3, TimeSpan.FromMilliseconds(300));
        var key = Guid.NewGuid().ToString("N");
        for (var i = 0; i < 3; i++)
        {
            Assert.That(await limiter.TryTakeAsync(limit, key, default), Is.Null);
        }

        Assert.That(await limiter.TryTakeAsync(limit, key, default), Is.LessThanOrEqualTo(limit.Window));
        await limiter.GiveBackAsync(limit, key, default);
        Assert.That(await limiter.TryTakeAsync(limit, key, default), Is.Null);
        await Eventually.That(async () => await limiter.TryTakeAsync(limit, key, default), Is.Null, 5);
        // Nothing stays behind.
        var database = Room.Get<IConnectionMultiplexer>().GetDatabase();
        await Eventually.That(() => database.KeyExistsAsync($"suite:limit:{{test:{key}}}"), Is.False, 5);
    }

    [Test]
    public async Task Many_at_once_get_no_more_than_the_limit()
    {
        var limiter = Limiter(Room.Get<IConnectionMultiplexer>());
        var limit = new RateLimit("test", 10, TimeSpan.FromMinutes(1));
        var key = Guid.NewGuid().ToString("N");
        var taken = await Task.WhenAll(Enumerable.Range(0, 100).Select(async _ => await limiter.TryTakeAsync(limit, key, default) is null));
        Assert.That(taken.Count(t => t), Is.EqualTo(10));
    }

    [Test]
    public async Task Without_Redis_the_limits_hold_and_no_call_fails_for_it()
    {
        var server = await RedisServer.StartAsync(Servers.NewFolder());
        await using var redis = await ConnectionMultiplexer.ConnectAsync(
            server.ConnectionString + ",abortConnect=false,asyncTimeout=1000,connectTimeout=500");
        var limiter = Limiter(redis);
        var limit = new RateLimit("test", 10, TimeSpan.FromMinutes(1));
        Assert.That(await limiter.TryTakeAsync(limit, "a", default), Is.Null);
        await server.DisposeAsync();

        var taken = 0;
        for (var i = 0; i < 50; i++)
        {
            taken += await limiter.TryTakeAsync(limit, "a", default) is null ? 1 : 0;
        }

        // This process counts anew, and alone.
        Assert.That(taken, Is.EqualTo(10));
        await limiter.GiveBackAsync(limit, "a", default);
        Assert.That(await limiter.TryTakeAsync(limit, "a", default), Is.Null);
    }

    private static RedisRateLimiter Limiter(IConnectionMultiplexer redis) =>
        new(new Lazy<IConnectionMultiplexer>(() => redis), TimeProvider.System, NullLogger<RedisRateLimiter>.Instance);
}
