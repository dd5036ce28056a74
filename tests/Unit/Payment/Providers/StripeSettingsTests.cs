using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting.Internal;
using NUnit.Framework;
using Suite.Payments.Providers;

namespace Suite.Tests.Unit.Payments.Providers;

public sealed class StripeSettingsTests
{
    private static readonly (string, string?)[] s_complete =
        [("SUITE_STRIPE_API_KEY", "sk_test_1"), ("SUITE_STRIPE_WEBHOOK_SECRET", "whsec_1")];

    [Test]
    public void The_secrets_come_from_the_environment_or_from_files()
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, "sk_test_2\n");
            var settings = StripeSettings.From(
                Configuration(("SUITE_STRIPE_API_KEY_FILE", file), ("SUITE_STRIPE_WEBHOOK_SECRET", "whsec_1")));

            Assert.That((settings.ApiKey, settings.WebhookSecret), Is.EqualTo(("sk_test_2", "whsec_1")));
            Assert.That(settings.ToString(), Does.Not.Contain("sk_test").And.Not.Contain("whsec"));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [TestCase("SUITE_STRIPE_API_KEY", null)]
    [TestCase("SUITE_STRIPE_WEBHOOK_SECRET", null)]
    [TestCase("SUITE_STRIPE_API_KEY", "sk test")]
    [TestCase("SUITE_STRIPE_API_KEY_FILE", "/nowhere")]
    [TestCase("SUITE_STRIPE_ADDRESS", "stripe")]
    [TestCase("SUITE_STRIPE_RETURN_ADDRESS", "ftp://shop")]
    [TestCase("SUITE_STRIPE_MULTICAPTURE", "perhaps")]
    public void What_is_missing_or_makes_no_sense_is_named(string key, string? value) => Assert.That(
        () => StripeSettings.From(Configuration([.. s_complete.Where(s => s.Item1 != key), (key, value)])),
        Throws.InvalidOperationException.With.Message.Contains(key).And.Message.Not.Contains("sk_test_1"));

    [TestCase("stripe", "Development", "SUITE_STRIPE_API_KEY")]
    [TestCase("paypal", "Development", "SUITE_PROVIDER is 'paypal'")]
    [TestCase("", "Production", "SUITE_PROVIDER is not set")]
    public void A_provider_that_cannot_be_used_is_a_clear_error(string name, string environment, string message) => Assert.That(
        () => new ServiceCollection().AddProvider(Configuration(("SUITE_PROVIDER", name)), new HostingEnvironment { EnvironmentName = environment }),
        Throws.InvalidOperationException.With.Message.Contains(message));

    [TestCase("stripe", "Production", typeof(StripeProvider))]
    [TestCase("simulator", "Production", typeof(SimulatedProvider))]
    [TestCase("", "Development", typeof(SimulatedProvider))]
    public void The_environment_chooses_the_provider(string name, string environment, Type type)
    {
        var services = new ServiceCollection();
        services.AddProvider(Configuration([.. s_complete, ("SUITE_PROVIDER", name)]), new HostingEnvironment { EnvironmentName = environment });
        Assert.That(services.Select(s => s.ImplementationType).Where(typeof(IPaymentProvider).IsAssignableFrom), Is.EqualTo(new[] { type }));
    }

    private static IConfiguration Configuration(params (string Key, string? Value)[] settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, s.Value))).Build();
}
