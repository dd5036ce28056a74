using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using NUnit.Framework;
using Suite.Platform.Hosting;
using Suite.Platform.Time;

namespace Suite.Tests.Unit.Platform;

internal sealed class SkewedClockTests
{
    [TestCase("+3", 3)]
    [TestCase("-2.5", -2.5)]
    [TestCase("86400", 86_400)]
    public void The_wall_clock_is_wrong_by_what_is_set_and_timestamps_are_not(string text, double seconds)
    {
        var clock = Clock(text);

        var (before, now, after) = (TimeProvider.System.GetUtcNow(), clock.GetUtcNow(), TimeProvider.System.GetUtcNow());
        var (low, stamp, high) = (TimeProvider.System.GetTimestamp(), clock.GetTimestamp(), TimeProvider.System.GetTimestamp());

        Assert.That(now - TimeSpan.FromSeconds(seconds), Is.InRange(before, after));
        Assert.That(stamp, Is.InRange(low, high));
    }

    [TestCase(null)]
    [TestCase("")]
    [TestCase("0")]
    [TestCase("-0.0")]
    public void Without_a_skew_it_is_the_clock_of_the_system(string? text) =>
        Assert.That(Clock(text), Is.SameAs(TimeProvider.System));

    [TestCase("soon")]
    [TestCase("1,5")]
    [TestCase("NaN")]
    [TestCase("86401")]
    [TestCase("1e3")]
    public void What_is_no_number_of_seconds_is_refused_at_start(string text) =>
        Assert.That(() => Clock(text), Throws.InvalidOperationException.With.Message.Contains($"SUITE_TEST_CLOCK_SKEW is '{text}'"));

    [TestCase("3")]
    [TestCase("0")]
    public void Production_refuses_it(string text) => Assert.That(
        () => Clock(text, Environments.Production),
        Throws.InvalidOperationException.With.Message.EqualTo("SUITE_TEST_CLOCK_SKEW is for tests and is refused in Production."));

    [Test]
    public void A_whole_service_lives_with_it()
    {
        var builder = SuiteHost.CreateBuilder(["--SUITE_TEST_CLOCK_SKEW=-60"], "order");

        var clock = builder.Services.Single(s => s.ServiceType == typeof(TimeProvider)).ImplementationInstance;

        Assert.That((clock as SkewedClock)?.By, Is.EqualTo(TimeSpan.FromMinutes(-1)));
    }

    private static TimeProvider Clock(string? text, string environment = "Development") => SkewedClock.From(
        new ConfigurationBuilder().AddInMemoryCollection([new("SUITE_TEST_CLOCK_SKEW", text)]).Build(),
        new HostingEnvironment { EnvironmentName = environment });
}
