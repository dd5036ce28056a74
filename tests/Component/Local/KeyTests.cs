using System.Security.Cryptography;
using System.Text.Json;
using NUnit.Framework;
using Suite.Local;
using Suite.Local.Keys;

namespace Suite.Tests.Component.Local;

/// <summary>The keys that the launcher makes.</summary>
internal sealed class KeyTests
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private string _folder = string.Empty;

    [SetUp]
    public void MakeFolder() => _folder = Servers.NewFolder();

    [Test]
    public void Keys_are_made_once_and_kept()
    {
        Dictionary<string, string> Read() => Directory.GetFiles(_folder, "*", SearchOption.AllDirectories).ToDictionary(f => f, File.ReadAllText);
        Open();
        var first = Read();

        Open();

        Assert.That(Read(), Is.EqualTo(first));
        Assert.That(first, Has.Count.EqualTo(6));
        Assert.That(File.ReadAllText(Path.Combine(_folder, "admin.key")).Trim(), Does.Match("^suite_key_[A-Za-z0-9_-]{43}$"));
        Assert.That(File.ReadAllText(Path.Combine(_folder, "keys", "master.key")).Trim(), Does.Match("^development:[A-Za-z0-9+/]{43}=$"));
    }

    [Test]
    [Platform(Exclude = "Win")]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void Nobody_but_the_owner_can_read_them()
    {
        Open();

        Assert.That(File.GetUnixFileMode(Path.Combine(_folder, "keys")), Is.EqualTo(Owner | UnixFileMode.UserExecute));
        Assert.That(
            Directory.GetFiles(_folder, "*", SearchOption.AllDirectories).Select(File.GetUnixFileMode), Is.All.EqualTo(Owner));
    }

    [TestCase(true)]
    [TestCase(false)]
    public void The_public_keys_are_those_of_the_private_ones(bool isForDevelopment)
    {
        var keys = Open(isForDevelopment);
        var environment = keys.EnvironmentOf("payment").ToDictionary();
        var set = JsonDocument.Parse(File.ReadAllText(environment["SUITE_SERVICE_KEYS"])).RootElement;
        var pem = File.ReadAllText(environment["SUITE_SERVICE_KEY"]);

        var jwk = set.GetProperty("keys").EnumerateArray().Single(key => key.GetProperty("suite_service").GetString() == "payment");

        using var key = ECDsa.Create();
        key.ImportFromPem(pem);
        var point = key.ExportParameters(false).Q;
        Assert.That(jwk.GetProperty("x").GetString(), Is.EqualTo(System.Buffers.Text.Base64Url.EncodeToString(point.X)));
        Assert.That(jwk.GetProperty("y").GetString(), Is.EqualTo(System.Buffers.Text.Base64Url.EncodeToString(point.Y)));
        Assert.That(jwk.GetProperty("suite_scopes").EnumerateArray().Select(s => s.GetString()), Is.EqualTo(new[] { "orders.read", "trust.read" }));
        Assert.That(set.GetProperty("suite_development").GetBoolean(), Is.EqualTo(isForDevelopment));
        Assert.That(pem.StartsWith("# suite development key\n", StringComparison.Ordinal), Is.EqualTo(isForDevelopment));
        Assert.That(set.GetRawText(), Does.Not.Contain("\"d\""));
        Assert.That(environment.Keys, Is.EquivalentTo(new[] { "SUITE_SERVICE_KEY", "SUITE_SERVICE_KEYS" }), "the master key is for User alone");
    }

    [Test]
    public void A_key_that_was_named_is_taken_and_never_made()
    {
        var named = Path.Combine(_folder, "mine.key");
        Assert.That(() => LocalKeys.Open(Options() with { MasterKeyFile = named }), Throws.TypeOf<SuiteLocalException>().With.Message.Contains(named));
        File.WriteAllText(named, "mine");

        var keys = LocalKeys.Open(Options() with { MasterKeyFile = named });

        Assert.That(keys.EnvironmentOf("user").ToDictionary()["SUITE_MASTER_KEY_FILE"], Is.EqualTo(named));
        Assert.That(File.ReadAllText(named), Is.EqualTo("mine"));
    }

    private LocalSuiteOptions Options() => new() { DataDirectory = _folder };

    private LocalKeys Open(bool isForDevelopment = true) => LocalKeys.Open(Options() with { DevelopmentKeys = isForDevelopment });
}
