using System.Security.Cryptography;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using Suite.Users.Features.SigningKeys;

namespace Suite.Tests.Unit.Users.SignIn;

internal sealed class MasterKeyTests
{
    private string _file = string.Empty;

    [SetUp]
    public void MakeFile() => _file = Path.GetTempFileName();

    [TearDown]
    public void DropFile() => File.Delete(_file);

    [TestCase("")]
    [TestCase("development:")]
    public void A_key_is_read_and_gives_another_secret_for_each_purpose(string prefix)
    {
        File.WriteAllText(_file, prefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)) + "\n");
        var key = Load("Development");
        Assert.That(key.Derive("one"), Is.EqualTo(Load("Development").Derive("one")).And.Length.EqualTo(32));
        Assert.That(key.Derive("one"), Is.Not.EqualTo(key.Derive("two")));
    }

    [Test]
    public void A_key_for_development_is_refused_in_Production()
    {
        File.WriteAllText(_file, "development:" + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));
        Assert.That(
            () => Load("Production"),
            Throws.InvalidOperationException.With.Message.Contains("SUITE_MASTER_KEY_FILE").And.Message.Contains("Production"));
    }

    [TestCase("")]
    [TestCase("c2hvcnQ=")]
    [TestCase("hunter2 hunter2 hunter2")]
    public void What_is_no_key_is_refused_without_being_repeated(string text)
    {
        File.WriteAllText(_file, text);
        var refused = Assert.Throws<InvalidOperationException>(() => Load("Development"));
        Assert.That(refused!.Message, Does.Contain("SUITE_MASTER_KEY_FILE"));
        Assert.That(text.Length == 0 || !refused.Message.Contains(text, StringComparison.Ordinal), Is.True);
    }

    [TestCase("Development")]
    [TestCase("Production")]
    public void Without_a_key_the_setting_is_named(string environment) => Assert.That(
        () => MasterKey.Load(new ConfigurationBuilder().Build(), new HostingEnvironment { EnvironmentName = environment }),
        Throws.InvalidOperationException.With.Message.Contains("SUITE_MASTER_KEY_FILE"));

    [Test]
    public void A_private_key_opens_under_its_own_name_and_master_key_alone()
    {
        var vault = new KeyVault(new MasterKey(new byte[32]));
        var locked = vault.Encrypt("kid", [1, 2, 3]);
        Assert.That(vault.Decrypt("kid", locked), Is.EqualTo(new byte[] { 1, 2, 3 }));
        Assert.That(() => vault.Decrypt("another", locked), Throws.InvalidOperationException);
        Assert.That(() => new KeyVault(new MasterKey([1, .. new byte[31]])).Decrypt("kid", locked), Throws.InvalidOperationException);
        locked[^1] ^= 1;
        Assert.That(() => vault.Decrypt("kid", locked), Throws.InvalidOperationException);
    }

    private MasterKey Load(string environment) => MasterKey.Load(
        new ConfigurationBuilder().AddInMemoryCollection([new("SUITE_MASTER_KEY_FILE", _file)]).Build(),
        new HostingEnvironment { EnvironmentName = environment });
}
