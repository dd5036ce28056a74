using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Time.Testing;
using Suite.Contracts.Common.V1;
using Suite.Platform.Errors;
using Suite.Platform.RateLimiting;
using Suite.Users.Features.Limits;

namespace Suite.Tests.Unit.Users.SignIn;

internal sealed class SignInLimitsTests
{
    private Counter _counter = new();

    [SetUp]
    public void CountAnew() => _counter = new Counter();

    [Test]
    public async Task Ten_wrong_passwords_a_minute_whatever_the_case_of_the_address()
    {
        var limits = Limits();
        for (var i = 0; i < 10; i++)
        {
            await limits.CheckAsync(CredentialUse.SignIn, $"10.0.0.{i}", i % 2 == 0 ? "ada@example.com" : "ADA@example.com", default);
        }

        var refused = await Assert.ThrowsAsync<DomainException>(
            async () => await limits.CheckAsync(CredentialUse.SignIn, "10.0.0.99", "Ada@Example.com", default));
        Assert.That((refused!.Reason, refused.RetryAfter), Is.EqualTo((ErrorReason.RateLimited, TimeSpan.FromMinutes(1))));
        await limits.CheckAsync(CredentialUse.PasswordChange, "10.0.0.99", "ada@example.com", default);
    }

    [Test]
    public async Task Good_sign_ins_count_for_the_address_alone()
    {
        var limits = Limits();
        for (var i = 0; i < 100; i++)
        {
            await limits.CheckAsync(CredentialUse.SignIn, "10.0.0.1", "ada@example.com", default);
            await limits.SucceededAsync(CredentialUse.SignIn, "10.0.0.1", "ada@example.com", default);
        }

        await Assert.ThrowsAsync<DomainException>(
            async () => await limits.CheckAsync(CredentialUse.SignIn, "10.0.0.1", "grace@example.com", default));
        await limits.CheckAsync(CredentialUse.SignIn, "10.0.0.2", "ada@example.com", default);
    }

    [Test]
    public async Task No_key_holds_an_account()
    {
        await Limits().CheckAsync(CredentialUse.SignIn, "10.0.0.1", "ada@example.com", default);
        Assert.That(_counter.Keys, Has.Count.EqualTo(2).And.None.Contains("ada"));
    }

    [TestCase("192.0.2.7", "192.0.2.7")]
    [TestCase("::ffff:192.0.2.7", "192.0.2.7")]
    [TestCase("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64")]
    public void A_host_has_one_address(string address, string expected) =>
        Assert.That(PeerAddress.Of(IPAddress.Parse(address)), Is.EqualTo(expected));

    [TestCase("SUITE_SIGNIN_PER_ACCOUNT_PER_MINUTE")]
    [TestCase("SUITE_SIGNIN_PER_ADDRESS_PER_MINUTE")]
    public void A_limit_cannot_be_lifted_by_mistake(string key) =>
        Assert.That(() => Limits((key, "0")), Throws.InvalidOperationException.With.Message.Contains(key));

    private SignInLimits Limits(params (string Key, string Value)[] settings) => new(
        _counter,
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => new KeyValuePair<string, string?>(s.Key, s.Value))).Build());

    private sealed class Counter : IRateLimiter
    {
        private readonly LocalRateLimiter _local = new(new FakeTimeProvider());

        public HashSet<string> Keys { get; } = [];

        public ValueTask<TimeSpan?> TryTakeAsync(RateLimit limit, string key, CancellationToken cancellationToken)
        {
            Keys.Add(key);
            return new(_local.TryTake(limit, key));
        }

        public ValueTask GiveBackAsync(RateLimit limit, string key, CancellationToken cancellationToken)
        {
            _local.GiveBack(limit, key);
            return ValueTask.CompletedTask;
        }
    }
}
