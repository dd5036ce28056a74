using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;
using Suite.Client;

namespace Suite.Tests.Unit.Client;

internal sealed class RegistrationTests
{
    [Test]
    public async Task A_client_is_one_for_all_and_closed_with_its_container()
    {
        using var shop = new Shop();
        SuiteClient client;
        await using (var provider = new ServiceCollection().AddSuite(o => o.CallInvokers = _ => shop.Fake.Invoker).BuildServiceProvider())
        {
            client = provider.GetRequiredService<SuiteClient>();
            Assert.That(provider.GetRequiredService<SuiteClient>(), Is.SameAs(client));
            Assert.That((await client.Users.GetAsync(shop.Customer)).Name, Is.EqualTo(shop.Customer));
        }

        await Assert.ThrowsAsync<ObjectDisposedException>(() => client.Users.GetAsync(shop.Customer));
    }

    [Test]
    public void Keyed_clients_lie_side_by_side()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("West:Address", "https://west")]).Build();
        using var provider = new ServiceCollection()
            .AddKeyedSuite("east", o => o.Address = new Uri("https://east"))
            .AddKeyedSuite("west", configuration.GetSection("West"))
            .BuildServiceProvider();

        Assert.That(provider.GetRequiredKeyedService<SuiteClient>("east").AddressOf(SuiteService.Order).Host, Is.EqualTo("east"));
        Assert.That(provider.GetRequiredKeyedService<SuiteClient>("west").AddressOf(SuiteService.Order).Host, Is.EqualTo("west"));
        Assert.That(provider.GetService<SuiteClient>(), Is.Null);
    }

    [Test]
    public async Task Credentials_come_from_the_container_where_the_settings_have_none()
    {
        using var shop = new Shop();
        shop.Fake.RequiredToken = "from the container";
        await using var provider = new ServiceCollection()
            .AddSingleton(SuiteCredentials.FromToken("from the container"))
            .AddSuite(new ConfigurationBuilder().Build(), o => o.CallInvokers = _ => shop.Fake.Invoker)
            .BuildServiceProvider();

        Assert.That((await provider.GetRequiredService<SuiteClient>().Users.GetAsync(shop.Customer)).Name, Is.EqualTo(shop.Customer));
    }
}
