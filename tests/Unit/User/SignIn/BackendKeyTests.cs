using Suite.Users.Domain;

namespace Suite.Tests.Unit.Users.SignIn;

internal sealed class BackendKeyTests
{
    [Test]
    public void A_secret_is_known_by_its_form()
    {
        var secret = BackendKey.Secret(new byte[32]);
        Assert.That(secret, Does.Match("^suite_key_[A-Za-z0-9_-]{43}$"));
        Assert.That(BackendKey.IsSecret(secret), Is.True);
        Assert.That(BackendKey.IsSecret(secret[..^1]), Is.False);
        Assert.That(BackendKey.IsSecret(secret + "="), Is.False);
        Assert.That(BackendKey.IsSecret("suite_refresh_" + secret), Is.False);
    }

    [Test]
    public void What_is_kept_does_not_give_the_secret_away()
    {
        var secret = BackendKey.Secret([.. Enumerable.Range(1, 32).Select(i => (byte)i)]);
        string[] scopes = ["orders.read", "orders.read"];
        var key = BackendKey.Create(Guid.NewGuid(), "tests", scopes, "apiKeys/x", secret, DateTimeOffset.UnixEpoch, null);
        Assert.That(key.Prefix, Is.EqualTo(secret[..16]));
        Assert.That(key.Scopes, Is.EqualTo(new[] { "orders.read" }));
        Assert.That(key.ToProto(DateTimeOffset.UnixEpoch).ToString(), Does.Not.Contain(secret[16..]));
    }
}
