using Microsoft.Extensions.Time.Testing;
using Suite.Platform.RateLimiting;

namespace Suite.Tests.Unit.Platform;

internal sealed class LocalRateLimiterTests
{
    private static readonly RateLimit Three = new("test", 3, TimeSpan.FromMinutes(1));

    private readonly FakeTimeProvider _time = new();

    [Test]
    public void Never_more_than_the_limit_within_any_window()
    {
        var limiter = new LocalRateLimiter(_time);
        var taken = new List<DateTimeOffset>();
        for (var second = 0; second < 300; second++)
        {
            if (limiter.TryTake(Three, "a") is null)
            {
                taken.Add(_time.GetUtcNow());
            }

            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.That(taken, Has.Count.EqualTo(15));
        Assert.That(taken.Zip(taken.Skip(3), (first, fourth) => fourth - first), Is.All.GreaterThanOrEqualTo(Three.Window));
    }

    [Test]
    public void The_refusal_says_exactly_when_to_come_again()
    {
        var limiter = new LocalRateLimiter(_time);
        for (var i = 0; i < 3; i++)
        {
            Assert.That(limiter.TryTake(Three, "a"), Is.Null);
            _time.Advance(TimeSpan.FromSeconds(10));
        }

        Assert.That(limiter.TryTake(Three, "a"), Is.EqualTo(TimeSpan.FromSeconds(30)));
        _time.Advance(TimeSpan.FromSeconds(29));
        Assert.That(limiter.TryTake(Three, "a"), Is.EqualTo(TimeSpan.FromSeconds(1)));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.That(limiter.TryTake(Three, "a"), Is.Null);
    }

    [Test]
    public void Keys_and_limits_count_by_themselves()
    {
        var limiter = new LocalRateLimiter(_time);
        for (var i = 0; i < 3; i++)
        {
            limiter.TryTake(Three, "a");
        }

        Assert.That(limiter.TryTake(Three, "a"), Is.Not.Null);
        Assert.That(limiter.TryTake(Three, "b"), Is.Null);
        Assert.That(limiter.TryTake(Three with { Name = "other" }, "a"), Is.Null);
    }

    [Test]
    public void What_is_given_back_does_not_count()
    {
        var limiter = new LocalRateLimiter(_time);
        for (var i = 0; i < 50; i++)
        {
            Assert.That(limiter.TryTake(Three, "a"), Is.Null);
            limiter.GiveBack(Three, "a");
        }
    }

    [Test]
    public void A_flood_of_keys_is_bounded_and_never_unlimited()
    {
        var limiter = new LocalRateLimiter(_time, mostKeys: 10);
        var taken = Enumerable.Range(0, 1000).Count(i => limiter.TryTake(Three, $"key {i}") is null);

        // Ten keys have a log of their own, all others share one.
        Assert.That(taken, Is.EqualTo(10 + 3));
        _time.Advance(TimeSpan.FromMinutes(2));
        Assert.That(limiter.TryTake(Three, "later"), Is.Null);
    }
}
