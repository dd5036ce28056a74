using Microsoft.Extensions.Configuration;
using NUnit.Framework;
using Suite.Payments.Features;

namespace Suite.Tests.Unit.Payments;

public sealed class PaymentOptionsTests
{
    [Test]
    public void The_lease_outlives_the_time_limit_by_five_seconds()
    {
        var options = From(("SUITE_PROVIDER_TIMEOUT", "2.5"));

        Assert.That(options.ProviderTimeout, Is.EqualTo(TimeSpan.FromSeconds(2.5)));
        Assert.That(options.Lease, Is.EqualTo(TimeSpan.FromSeconds(7.5)));
    }

    [Test]
    public void Nothing_set_gives_ten_seconds_and_fifteen()
    {
        Assert.That(From().ProviderTimeout, Is.EqualTo(TimeSpan.FromSeconds(10)));
        Assert.That(From().Lease, Is.EqualTo(TimeSpan.FromSeconds(15)));
    }

    [TestCase("SUITE_PROVIDER_TIMEOUT", "0")]
    [TestCase("SUITE_PROVIDER_TIMEOUT", "-1")]
    [TestCase("SUITE_PROVIDER_TIMEOUT", "soon")]
    [TestCase("SUITE_PAYMENT_LEASE", "10")]
    [TestCase("SUITE_PROVIDER_CONCURRENCY", "0")]
    [TestCase("SUITE_PROVIDER_CONCURRENCY", "many")]
    [TestCase("SUITE_SIMULATOR_SLOW", "3601")]
    public void A_setting_that_makes_no_sense_is_named(string key, string value) =>
        Assert.That(() => From((key, value)), Throws.InvalidOperationException.With.Message.Contains(key));

    private static PaymentOptions From(params (string Key, string? Value)[] settings) => PaymentOptions.From(
        new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(s => s.Key, s => s.Value)).Build());
}
