using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Time.Testing;
using Suite.Platform.Overload;

namespace Suite.Tests.Unit.Platform;

/// <summary>The limit in front of a played method, whose latency is what its queue makes of it. Its clock is played too.</summary>
internal sealed class AdaptiveLimitTests
{
    private static readonly OverloadOptions Options = new(1000, 20, TimeSpan.FromMilliseconds(100));

    private readonly FakeTimeProvider _time = new();

    [Test]
    public void A_method_that_queues_gets_a_limit_that_keeps_its_latency_near_its_unloaded_one()
    {
        var limit = new AdaptiveLimit(Options, _time);
        Play(limit, callers: 4, perSecond: 500, seconds: 10);

        // 500 a second: 1000 callers would wait two seconds each.
        Play(limit, callers: 1000, perSecond: 500, seconds: 30);

        Assert.That(limit.Most, Is.InRange(25, 75), "100 ms are calm, which is 50 calls at once");
    }

    [Test]
    public void A_fast_method_is_let_grow_with_its_callers()
    {
        var limit = new AdaptiveLimit(Options, _time);
        Play(limit, callers: 1000, perSecond: 20_000, seconds: 30);
        Assert.That(limit.Most, Is.EqualTo(1000), "at 50 ms all 1000 are welcome");
    }

    [Test]
    public void A_method_nobody_calls_much_keeps_its_limit()
    {
        var limit = new AdaptiveLimit(Options, _time);
        Play(limit, callers: 10, perSecond: 1000, seconds: 60);
        Assert.That(limit.Most, Is.EqualTo(AdaptiveLimit.First));
    }

    [Test]
    public void A_slow_call_now_and_then_is_no_overload()
    {
        var limit = new AdaptiveLimit(Options, _time);
        Play(limit, callers: 1, perSecond: 1000, seconds: 1);
        for (var i = 0; i < 100; i++)
        {
            Round(limit, callers: 2, TimeSpan.FromSeconds(3));
            Round(limit, callers: 2, TimeSpan.FromMilliseconds(1));
        }

        Assert.That(limit.Most, Is.EqualTo(AdaptiveLimit.First));
    }

    [Test]
    public void A_method_that_is_slow_by_nature_is_measured_by_itself()
    {
        var limit = new AdaptiveLimit(Options, _time);

        // Each takes two seconds, however many run.
        for (var round = 0; round < 200; round++)
        {
            Round(limit, callers: 200, TimeSpan.FromSeconds(2));
        }

        Assert.That(limit.Most, Is.GreaterThanOrEqualTo(200));
    }

    [Test]
    public void The_limit_falls_no_deeper_than_the_least_and_comes_back_within_seconds()
    {
        var limit = new AdaptiveLimit(Options, _time);
        Play(limit, callers: 4, perSecond: 1000, seconds: 5);
        Play(limit, callers: 1000, perSecond: 20, seconds: 120);
        Assert.That(limit.Most, Is.EqualTo(20));

        Play(limit, callers: 300, perSecond: 10_000, seconds: 10);

        Assert.That(limit.Most, Is.GreaterThan(250));
    }

    [Test]
    public void Overload_is_not_learned_as_the_normal_case_however_long_it_lasts()
    {
        var limit = new AdaptiveLimit(Options, _time);
        Play(limit, callers: 2, perSecond: 500, seconds: 10);
        Play(limit, callers: 1000, perSecond: 500, seconds: 600);
        Assert.That(limit.Most, Is.InRange(25, 75));
    }

    [Test]
    public void Work_that_has_become_slower_is_learned_while_little_runs()
    {
        var limit = new AdaptiveLimit(Options, _time);
        Rounds(TimeSpan.FromMilliseconds(50), 50);

        // Each call takes a second now: at first that looks like overload, in the end it is how the method is.
        Rounds(TimeSpan.FromSeconds(1), 400);

        Assert.That(limit.Most, Is.GreaterThan(200));

        void Rounds(TimeSpan took, int count)
        {
            for (var i = 0; i < count; i++)
            {
                Round(limit, callers: 2, took);
            }

            for (var i = 0; i < count; i++)
            {
                Round(limit, callers: 1000, took);
            }
        }
    }

    [Test]
    public void What_was_refused_quickly_tells_nothing_and_what_failed_slowly_does()
    {
        var limit = new AdaptiveLimit(Options, _time);
        Play(limit, callers: 2, perSecond: 20, seconds: 10);
        for (var i = 0; i < 1000; i++)
        {
            Round(limit, callers: 300, TimeSpan.FromMilliseconds(1), worked: false);
        }

        Assert.That(limit.Most, Is.EqualTo(AdaptiveLimit.First), "a thousand bad passwords");

        for (var i = 0; i < 30; i++)
        {
            Round(limit, callers: 300, TimeSpan.FromSeconds(10), worked: false);
        }

        Assert.That(limit.Most, Is.EqualTo(20), "whose deadlines pass");
    }

    [Test]
    public void Never_more_run_than_the_limit_says_and_a_place_that_is_given_back_is_taken_again()
    {
        var limit = new AdaptiveLimit(Options with { Most = 3, Least = 1 }, _time);
        Assert.That(Enumerable.Range(0, 5).Select(_ => limit.TryEnter()), Is.EqualTo((bool[])[true, true, true, false, false]));
        Assert.That(limit.Running, Is.EqualTo(3));

        limit.Leave(TimeSpan.FromMilliseconds(1), worked: true);

        Assert.That((limit.TryEnter(), limit.TryEnter()), Is.EqualTo((true, false)));
    }

    [TestCase("SUITE_MAX_CALLS_PER_METHOD", "many")]
    [TestCase("SUITE_MIN_CALLS_PER_METHOD", "-1")]
    [TestCase("SUITE_CALM_LATENCY", "0")]
    [TestCase("SUITE_CALM_LATENCY", "100ms")]
    public void A_setting_that_can_not_be_read_is_named(string key, string value) => Assert.That(
        () => OverloadOptions.From(Settings((key, value))), Throws.InvalidOperationException.With.Message.StartsWith(key));

    [Test]
    public void Settings_say_the_bounds_and_zero_is_no_limit()
    {
        Assert.That(OverloadOptions.From(Settings()), Is.EqualTo(Options));
        Assert.That(
            OverloadOptions.From(Settings(("SUITE_MAX_CALLS_PER_METHOD", "8"), ("SUITE_CALM_LATENCY", "0.5"))),
            Is.EqualTo(new OverloadOptions(8, 8, TimeSpan.FromSeconds(0.5))));
        Assert.That(OverloadOptions.From(Settings(("SUITE_MAX_CALLS_PER_METHOD", "0"))).Most, Is.Null);
    }

    private static IConfiguration Settings(params (string Key, string Value)[] settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(s => s.Key, s => (string?)s.Value)).Build();

    /// <summary>Callers that come again as soon as they are answered, or refused, in front of a method that does so many calls a second.</summary>
    private void Play(AdaptiveLimit limit, int callers, int perSecond, int seconds)
    {
        for (var end = _time.GetUtcNow().AddSeconds(seconds); _time.GetUtcNow() < end;)
        {
            // Those that are let in stand in one queue, and each is answered after as long as it takes to work off all of them.
            var running = Math.Min(callers, limit.Most);
            Round(limit, callers, TimeSpan.FromSeconds((double)running / perSecond));
        }
    }

    private void Round(AdaptiveLimit limit, int callers, TimeSpan took, bool worked = true)
    {
        var running = Enumerable.Range(0, callers).Count(_ => limit.TryEnter());
        _time.Advance(took);
        for (var i = 0; i < running; i++)
        {
            limit.Leave(took, worked);
        }
    }
}
