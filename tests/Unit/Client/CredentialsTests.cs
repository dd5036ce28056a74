using Grpc.Core;
using NUnit.Framework;
using Suite.Client;

namespace Suite.Tests.Unit.Client;

internal sealed class CredentialsTests
{
    private const string Elsewhere = "http://suite.example.com:9102";

    [Test]
    public async Task Every_call_carries_the_token()
    {
        using var shop = new Shop(configure: o => o.Credentials = SuiteCredentials.FromToken("secret"));
        shop.Fake.RequiredToken = "secret";

        var order = await shop.Client.Orders.CreateAsync(shop.Order());
        await foreach (var _ in shop.Client.Orders.WatchAsync(order.Name))
        {
            break;
        }

        Assert.That(shop.Fake.Calls.Select(c => c.Headers["authorization"]), Is.All.EqualTo("Bearer secret"));
    }

    [Test]
    public async Task A_refused_token_is_renewed_once_for_all_who_were_refused()
    {
        var renewals = 0;
        var token = "old";
        var credentials = SuiteCredentials.FromSource((forceRenew, _) =>
        {
            if (forceRenew)
            {
                Interlocked.Increment(ref renewals);
                token = "new";
            }

            return ValueTask.FromResult<string?>(token);
        });
        using var shop = new Shop(configure: o => o.Credentials = credentials);
        shop.Fake.RequiredToken = "new";

        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => shop.Client.Users.GetAsync(shop.Customer)));

        Assert.That(renewals, Is.EqualTo(1));
    }

    [Test]
    public async Task A_token_that_is_refused_twice_is_an_error()
    {
        var asked = new List<bool>();
        var credentials = SuiteCredentials.FromSource((forceRenew, _) =>
        {
            asked.Add(forceRenew);
            return ValueTask.FromResult<string?>("wrong");
        });
        using var shop = new Shop(configure: o => o.Credentials = credentials);
        shop.Fake.RequiredToken = "right";

        var error = await Assert.ThrowsAsync<SuiteException>(() => shop.Client.Users.GetAsync(shop.Customer));

        Assert.That((error!.Code, error.Attempts), Is.EqualTo((StatusCode.Unauthenticated, 2)));
        Assert.That(asked.Count(forced => forced), Is.EqualTo(1));
    }

    [Test]
    public async Task A_token_does_not_travel_in_the_clear()
    {
        using var client = new SuiteClient(new SuiteClientOptions { Address = new Uri(Elsewhere), Credentials = SuiteCredentials.FromToken("secret") });

        var error = await Assert.ThrowsAsync<SuiteException>(() => client.Orders.GetAsync("orders/it"));

        Assert.That((error!.Code, error.Attempts), Is.EqualTo((StatusCode.Unauthenticated, 0)));
        Assert.That(error.Message, Does.Contain("AllowTokenOverPlaintext").And.Not.Contain("secret"));
    }

    [TestCase("http://127.0.0.1:9102", false, true)]
    [TestCase("http://localhost:9102", false, true)]
    [TestCase("http://[::1]:9102", false, true)]
    [TestCase("https://suite.example.com", false, true)]
    [TestCase(Elsewhere, true, true)]
    [TestCase(Elsewhere, false, false)]
    [TestCase("http://127.0.0.1.example.com", false, false)]
    public void Where_a_token_may_go(string address, bool allowed, bool expected)
    {
        var options = new SuiteClientOptions { Address = new Uri(address), AllowTokenOverPlaintext = allowed };
        using var endpoint = new ServiceEndpoint(SuiteService.Order, options, new TokenSource(null));

        Assert.That(endpoint.MayCarryToken, Is.EqualTo(expected));
    }

    [Test]
    public async Task Credentials_that_fail_are_told_with_their_cause()
    {
        var credentials = SuiteCredentials.FromSource((_, _) => throw new InvalidOperationException("the vault is closed"));
        using var shop = new Shop(configure: o => o.Credentials = credentials);

        var error = await Assert.ThrowsAsync<SuiteException>(() => shop.Client.Users.GetAsync(shop.Customer));

        Assert.That(error!.Code, Is.EqualTo(StatusCode.Unauthenticated));
        Assert.That(error.InnerException!.Message, Is.EqualTo("the vault is closed"));
        Assert.That(shop.Fake.Calls, Is.Empty);
    }

    [Test]
    public async Task A_token_file_is_read_again_when_it_was_replaced()
    {
        var path = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(path, "one\n");
            var credentials = SuiteCredentials.FromFile(path);
            Assert.That(await credentials.GetTokenAsync(false, default), Is.EqualTo("one"));

            await File.WriteAllTextAsync(path, "two\n");
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddSeconds(5));

            Assert.That(await credentials.GetTokenAsync(false, default), Is.EqualTo("two"));
        }
        finally
        {
            File.Delete(path);
        }
    }
}
