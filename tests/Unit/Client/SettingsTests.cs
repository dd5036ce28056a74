using Microsoft.Extensions.Configuration;
using NUnit.Framework;
using Suite.Client;

namespace Suite.Tests.Unit.Client;

internal sealed class SettingsTests
{
    private string _folder = null!;

    private string FilePath => Path.Combine(_folder, "suite", "config.json");

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("suite-test-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Without_settings_a_suite_on_this_machine_is_meant()
    {
        using var client = new SuiteClient(FromEnvironment([]));

        Assert.That(Addresses(client), Is.EqualTo(new[] { "http://127.0.0.1:9101/", "http://127.0.0.1:9102/", "http://127.0.0.1:9103/" }));
    }

    [Test]
    public void One_address_stands_for_all_and_a_service_may_have_its_own()
    {
        using var client = new SuiteClient(FromEnvironment(new() { ["SUITE_ADDRESS"] = "https://gate", ["SUITE_ORDER_ADDRESS"] = "https://orders" }));

        Assert.That(Addresses(client), Is.EqualTo(new[] { "https://gate/", "https://orders/", "https://gate/" }));
    }

    [Test]
    public async Task The_environment_goes_before_the_profile_and_replaces_its_addresses_as_a_whole()
    {
        var profiles = SuiteProfiles.Load(FilePath);
        profiles.Set("default", new SuiteProfile { OrderAddress = "https://old-orders", Token = "old", Timeout = "5s" });

        var untouched = SuiteSettings.FromEnvironment(profiles: profiles, variable: _ => null);
        var options = SuiteSettings.FromEnvironment(
            profiles: profiles, variable: new Dictionary<string, string> { ["SUITE_ADDRESS"] = "https://gate", ["SUITE_TOKEN"] = "new" }.GetValueOrDefault);

        Assert.That(untouched.AddressOf(SuiteService.Order), Is.EqualTo(new Uri("https://old-orders")));
        Assert.That(options.AddressOf(SuiteService.Order), Is.EqualTo(new Uri("https://gate")));
        Assert.That(options.Timeout, Is.EqualTo(TimeSpan.FromSeconds(5)));
        Assert.That(await options.Credentials!.GetTokenAsync(false, default), Is.EqualTo("new"));
    }

    [Test]
    public void A_profile_is_chosen_by_name_by_variable_or_by_being_current()
    {
        var profiles = SuiteProfiles.Load(FilePath);
        profiles.Set("a", new SuiteProfile { Address = "https://a" });
        profiles.Set("b", new SuiteProfile { Address = "https://b" });
        profiles.Set("c", new SuiteProfile { Address = "https://c" });
        profiles.Use("a");
        string? Variable(string name) => name == "SUITE_PROFILE" ? "b" : null;

        Assert.That(SuiteSettings.FromEnvironment(null, profiles, _ => null).Address!.Host, Is.EqualTo("a"));
        Assert.That(SuiteSettings.FromEnvironment(null, profiles, Variable).Address!.Host, Is.EqualTo("b"));
        Assert.That(SuiteSettings.FromEnvironment("c", profiles, Variable).Address!.Host, Is.EqualTo("c"));
        Assert.That(() => SuiteSettings.FromEnvironment("d", profiles, _ => null), Throws.TypeOf<FormatException>().With.Message.Contain("'d'"));
    }

    [Test]
    public void The_file_is_for_its_owner_only_and_comes_back_as_it_was()
    {
        var profiles = SuiteProfiles.Load(FilePath);
        var profile = new SuiteProfile { Address = "https://suite", Token = "secret", AllowTokenOverPlaintext = false };
        profiles.Set("work", profile);
        profiles.Use("work");
        profiles.Save();

        var read = SuiteProfiles.Load(FilePath);
        Assert.That((read.Current, read.Find("work")), Is.EqualTo(("work", profile)));
        if (!OperatingSystem.IsWindows())
        {
            Assert.That(File.GetUnixFileMode(FilePath), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        }

        read.Set("work", profile with { Token = null });
        read.Save();
        Assert.That(File.ReadAllText(FilePath), Does.Not.Contain("secret"));
        Assert.That(Directory.GetFiles(Path.GetDirectoryName(FilePath)!), Has.Length.EqualTo(1), "nothing is left beside it");
    }

    [Test]
    public void A_file_open_to_others_is_closed_when_it_is_written()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Ignore("Windows keeps the folder's permissions.");
            return;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(FilePath)!);
        File.WriteAllText(FilePath, "{}");
        File.SetUnixFileMode(FilePath, (UnixFileMode)0b110_100_100);

        SuiteProfiles.Load(FilePath).Save();

        Assert.That(File.GetUnixFileMode(FilePath), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    [Test]
    public void A_token_is_never_shown()
    {
        var profile = new SuiteProfile { Token = "secret", Address = "https://suite" };

        Assert.That(profile.ToString(), Does.Contain("https://suite").And.Not.Contain("secret"));
    }

    [Test]
    public void A_broken_file_is_named_without_being_quoted()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(FilePath)!);
        File.WriteAllText(FilePath, "{\n  \"profiles\": { \"a\": { \"token\": secret } }\n}");

        var error = Assert.Throws<FormatException>(() => SuiteProfiles.Load(FilePath))!;

        Assert.That(error.ToString(), Does.Contain(FilePath).And.Contain("line 2").And.Not.Contain("secret"));
    }

    [Test]
    public void A_configuration_section_fills_the_options()
    {
        var section = Configuration(new()
        {
            ["Suite:Address"] = "https://gate",
            ["Suite:Timeout"] = "2m",
            ["Suite:Retry:MaxAttempts"] = "7",
            ["Suite:Retry:FirstDelay"] = "50ms",
        });

        var options = SuiteSettings.FromConfiguration(section);

        Assert.That(options.Address, Is.EqualTo(new Uri("https://gate")));
        Assert.That(options.Timeout, Is.EqualTo(TimeSpan.FromMinutes(2)));
        Assert.That((options.Retry.MaxAttempts, options.Retry.FirstDelay), Is.EqualTo((7, TimeSpan.FromMilliseconds(50))));
        Assert.That(options.Retry.MaxDelay, Is.EqualTo(new SuiteRetryOptions().MaxDelay));
    }

    [TestCase("Address", "localhost:9102")]
    [TestCase("OrderAddress", "ftp://orders")]
    [TestCase("Timeout", "soon")]
    [TestCase("Timeout", "0")]
    [TestCase("Timeout", "-3s")]
    [TestCase("Retry:MaxAttempts", "many")]
    [TestCase("AllowTokenOverPlaintext", "maybe")]
    public void A_value_that_can_not_be_read_is_named_with_its_place(string key, string value)
    {
        var section = Configuration(new() { ["Suite:" + key] = value });

        Assert.That(() => SuiteSettings.FromConfiguration(section), Throws.TypeOf<FormatException>().With.Message.Contain("Suite:" + key));
    }

    [Test]
    public void A_variable_that_can_not_be_read_is_named()
    {
        Assert.That(
            () => FromEnvironment(new() { ["SUITE_ORDER_ADDRESS"] = "nowhere" }),
            Throws.TypeOf<FormatException>().With.Message.Contain("SUITE_ORDER_ADDRESS"));
    }

    [TestCase("30", 30)]
    [TestCase("0.5", 0.5)]
    [TestCase("500ms", 0.5)]
    [TestCase("90s", 90)]
    [TestCase("2m", 120)]
    [TestCase("1h", 3600)]
    public void Times_are_seconds_or_have_a_unit(string text, double seconds)
    {
        Assert.That(SuiteSettings.TryParseDuration(text, out var duration), Is.True);
        Assert.That(duration, Is.EqualTo(TimeSpan.FromSeconds(seconds)));
    }

    [Test]
    public void Options_out_of_range_are_refused_when_the_client_is_made()
    {
        Assert.That(() => new SuiteClient(new SuiteClientOptions { Timeout = TimeSpan.Zero }), Throws.ArgumentException);
        Assert.That(() => new SuiteClient(new SuiteClientOptions { Address = new Uri("ftp://suite") }), Throws.ArgumentException);
        Assert.That(() => new SuiteClient(new SuiteClientOptions { Retry = new() { MaxAttempts = 0 } }), Throws.ArgumentException);
    }

    private SuiteClientOptions FromEnvironment(Dictionary<string, string> variables) =>
        SuiteSettings.FromEnvironment(profiles: SuiteProfiles.Load(FilePath), variable: variables.GetValueOrDefault);

    private static IConfigurationSection Configuration(Dictionary<string, string?> values) =>
        new ConfigurationBuilder().AddInMemoryCollection(values).Build().GetSection("Suite");

    private static IEnumerable<string> Addresses(SuiteClient client) => Enum.GetValues<SuiteService>().Select(s => client.AddressOf(s).ToString());
}
