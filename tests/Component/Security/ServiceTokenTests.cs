using Microsoft.IdentityModel.JsonWebTokens;
using Suite.Platform.Security;

namespace Suite.Tests.Component.Security;

/// <summary>How a service shows who it is, and which keys it does not start with.</summary>
internal sealed class ServiceTokenTests
{
    private readonly TestClock _clock = new();

    [Test]
    public void A_token_is_for_one_service_and_one_caller_and_is_renewed_at_half_its_life()
    {
        using var tokens = Tokens(new TestKeys());
        var first = tokens.AuthorizationFor("user", "users/1");

        Assert.That(tokens.AuthorizationFor("user", "users/1"), Is.SameAs(first));
        Assert.That(tokens.AuthorizationFor("user", "users/2"), Is.Not.EqualTo(first));
        Assert.That(tokens.AuthorizationFor("payment", "users/1"), Is.Not.EqualTo(first));
        _clock.Advance(ServiceTokens.Lifetime / 2);
        Assert.That(tokens.AuthorizationFor("user", "users/1"), Is.Not.EqualTo(first));

        var token = new JsonWebToken(first["Bearer ".Length..]);
        Assert.That((token.Issuer, token.Subject, token.Audiences.Single(), token.Alg, token.Typ), Is.EqualTo(
            ("services/order", "services/order", "services/user", "ES256", "suite-service+jwt")));
        Assert.That(token.GetPayloadValue<string>("obo"), Is.EqualTo("users/1"));
        Assert.That(token.ValidTo - token.IssuedAt, Is.EqualTo(ServiceTokens.Lifetime));
    }

    [Test]
    public void Work_of_its_own_is_on_nobodys_behalf()
    {
        using var tokens = Tokens(new TestKeys());

        var token = new JsonWebToken(tokens.AuthorizationFor("user", null)["Bearer ".Length..]);

        Assert.That(token.TryGetPayloadValue<string>("obo", out _), Is.False);
    }

    [Test]
    public void A_development_key_is_refused_in_production_and_the_message_names_the_setting()
    {
        var (development, proper) = (new TestKeys(areForDevelopment: true), new TestKeys());

        Assert.That(() => Tokens(development, production: true), Throws.InvalidOperationException.With.Message.Contains("SUITE_SERVICE_KEYS"));
        File.Copy(development.FileOf("order"), proper.FileOf("order"), overwrite: true);
        Assert.That(() => Tokens(proper, production: true), Throws.InvalidOperationException.With.Message.Contains("SUITE_SERVICE_KEY ("));
        Assert.That(() => Tokens(development).Dispose(), Throws.Nothing);
        Assert.That(() => Tokens(new TestKeys(), production: true).Dispose(), Throws.Nothing);
    }

    [Test]
    public void A_key_that_is_missing_or_that_the_others_do_not_know_is_told_by_its_setting()
    {
        var (keys, strangers) = (new TestKeys(), new TestKeys());
        File.Copy(strangers.FileOf("order"), keys.FileOf("order"), overwrite: true);
        Assert.That(() => Tokens(keys), Throws.InvalidOperationException.With.Message.Contains("SUITE_SERVICE_KEY (").And.Message.Contains("not among"));
        File.Delete(keys.FileOf("order"));
        Assert.That(() => Tokens(keys), Throws.InvalidOperationException.With.Message.StartsWith("SUITE_SERVICE_KEY must name"));
        File.WriteAllText(keys.SetFile, "{}");
        Assert.That(() => Tokens(keys), Throws.InvalidOperationException.With.Message.StartsWith("SUITE_SERVICE_KEYS ("));
        File.Delete(keys.SetFile);
        Assert.That(() => Tokens(keys), Throws.InvalidOperationException.With.Message.StartsWith("SUITE_SERVICE_KEYS must name"));
    }

    private ServiceTokens Tokens(TestKeys keys, bool production = false)
    {
        var options = new SecurityOptions
        {
            Service = "order",
            Issuer = PlayedTrust.Issuer,
            ServiceKeyFile = keys.FileOf("order"),
            ServiceKeysFile = keys.SetFile,
            IsProduction = production,
        };
        return new ServiceTokens(options, new ServiceKeys(options, new SignedTokens(_clock)), _clock);
    }
}
