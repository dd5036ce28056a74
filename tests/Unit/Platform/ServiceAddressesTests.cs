using Microsoft.Extensions.Configuration;
using Suite.Platform.Hosting;

namespace Suite.Tests.Unit.Platform;

internal sealed class ServiceAddressesTests
{
    private const string Key = "SUITE_USER_ADDRESS";

    [Test]
    public void One_address_is_called_as_it_is()
    {
        var addresses = Read("http://user:9090");
        Assert.That(addresses.All, Is.EqualTo(new[] { new Uri("http://user:9090") }));
        Assert.That(addresses.Target, Is.EqualTo(new Uri("http://user:9090")));
    }

    [Test]
    public void Several_have_commas_between_them_and_are_called_by_one_name()
    {
        var addresses = Read("https://a:1, https://b:2,");
        Assert.That(addresses.All, Is.EqualTo(new[] { new Uri("https://a:1"), new Uri("https://b:2") }));
        Assert.That(addresses.Target.Scheme, Is.EqualTo("static"));
    }

    [TestCase(null)]
    [TestCase("")]
    [TestCase(",")]
    [TestCase("user:9090")]
    [TestCase("http://a:1,b:2")]
    [TestCase("http://a:1,https://b:2")]
    [TestCase("ftp://user")]
    public void What_is_no_address_is_told_by_the_name_of_the_setting(string? text) =>
        Assert.That(() => Read(text), Throws.InvalidOperationException.With.Message.StartsWith(Key));

    private static ServiceAddresses Read(string? text) => ServiceAddresses.From(
        new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create(Key, text)]).Build(), Key);
}
