using System.Text.Json.Nodes;
using NUnit.Framework;
using Suite.Cli;
using Suite.Client;

namespace Suite.Tests.Unit.Cli;

public class ConfigTests
{
    private CommandRun _run = null!;

    [SetUp]
    public void SetUp() => _run = new CommandRun();

    [TearDown]
    public void TearDown() => _run.Dispose();

    [Test]
    public async Task A_profile_is_made_used_and_read_by_the_client_library()
    {
        await _run.RunAsync("config", "set", "address", "https://suite.example.com", "--profile", "staging");
        Assert.That(await _run.RunAsync("config", "use", "staging"), Is.EqualTo(ExitCode.Ok), _run.Error);
        await _run.RunAsync("config", "set", "timeout", "10s");

        await _run.RunAsync("config", "get", "address");
        Assert.That(_run.Out, Is.EqualTo("https://suite.example.com\n"));
        var options = SuiteSettings.FromEnvironment(profiles: SuiteProfiles.Load(_run.ConfigFile), variable: _ => null);
        Assert.That((options.Address, options.Timeout), Is.EqualTo((new Uri("https://suite.example.com"), TimeSpan.FromSeconds(10))));
        await _run.RunAsync("whoami", "-o", "json");
        var who = JsonNode.Parse(_run.Out)!;
        Assert.That((string)who["addresses"]!["order"]!["address"]!, Is.EqualTo("https://suite.example.com"));
        Assert.That((string)who["addresses"]!["order"]!["source"]!, Is.EqualTo("profile staging"));
        await _run.RunAsync("config", "set", "timeout", "");
        Assert.That(await _run.RunAsync("config", "get", "timeout"), Is.EqualTo(ExitCode.NotFound));
    }

    [Test]
    [Platform(Exclude = "Win")]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public async Task The_file_is_for_its_owner_only()
    {
        await _run.RunAsync("config", "set", "address", "https://suite.example.com");

        Assert.That(File.GetUnixFileMode(_run.ConfigFile), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    [Test]
    public async Task A_token_comes_from_standard_input_and_is_never_shown()
    {
        Assert.That(await _run.RunAsync("config", "set", "token", "s3cret"), Is.EqualTo(ExitCode.Usage));
        Assert.That(_run.Error, Does.Contain("a secret does not belong on the command line").And.Not.Contain("s3cret"));
        _run.Input = "s3cret\n";

        Assert.That(await _run.RunAsync("config", "set", "token"), Is.EqualTo(ExitCode.Ok), _run.Error);

        string[][] commands = [["config", "list"], ["config", "list", "-o", "json"], ["config", "get", "token"], ["whoami"], ["whoami", "-o", "json"]];
        foreach (var command in commands)
        {
            await _run.RunAsync(command);
            Assert.That(_run.Out + _run.Error, Does.Not.Contain("s3cret"), string.Join(' ', command));
        }

        Assert.That((bool)JsonNode.Parse(_run.Out)!["tokenSet"]!, Is.True);
        _run.Suite.RequiredToken = "s3cret";
        Assert.That(await _run.RunAsync("order", "list"), Is.EqualTo(ExitCode.Ok), _run.Error);
    }

    [Test]
    public async Task Tokens_come_from_the_environment_and_from_a_file_too()
    {
        _run.Suite.RequiredToken = "s3cret";
        Assert.That(await _run.RunAsync("order", "list"), Is.EqualTo(ExitCode.NotAllowed));
        Assert.That(await _run.RunAsync("order", "list", "--token-file", _run.Write("token", "s3cret\n")), Is.EqualTo(ExitCode.Ok), _run.Error);
        _run.Environment["SUITE_TOKEN"] = "s3cret";

        Assert.That(await _run.RunAsync("order", "list"), Is.EqualTo(ExitCode.Ok), _run.Error);
    }

    [Test]
    public async Task The_command_line_goes_before_the_environment_and_that_before_the_profile()
    {
        await _run.RunAsync("config", "set", "user-address", "http://profile:1");
        Assert.That(await UserAddressAsync(), Is.EqualTo(("http://profile:1", "profile default")));
        _run.Environment["SUITE_USER_ADDRESS"] = "http://environment:2";
        Assert.That(await UserAddressAsync(), Is.EqualTo(("http://environment:2", "environment")));

        Assert.That(await UserAddressAsync("--user-address", "http://option:3"), Is.EqualTo(("http://option:3", "--user-address")));
        Assert.That(await UserAddressAsync("--address", "http://gateway:4"), Is.EqualTo(("http://gateway:4", "--address")));
    }

    [TestCase("address", "suite.example.com")]
    [TestCase("address", "ftp://suite.example.com")]
    [TestCase("timeout", "soon")]
    [TestCase("allow-token-over-plaintext", "perhaps")]
    [TestCase("colour", "blue")]
    public async Task What_is_no_setting_is_refused(string key, string value)
    {
        Assert.That(await _run.RunAsync("config", "set", key, value), Is.EqualTo(ExitCode.Usage));
        Assert.That(File.Exists(_run.ConfigFile), Is.False);
    }

    [Test]
    public async Task A_profile_that_does_not_exist_can_not_be_used()
    {
        Assert.That(await _run.RunAsync("config", "use", "nowhere"), Is.EqualTo(ExitCode.Usage));
        Assert.That(await _run.RunAsync("config", "path"), Is.EqualTo(ExitCode.Ok));
        Assert.That(_run.Out, Is.EqualTo(_run.ConfigFile + "\n"));
    }

    private async Task<(string? Address, string? Source)> UserAddressAsync(params string[] options)
    {
        await _run.RunAsync(["whoami", "-o", "json", .. options]);
        var user = JsonNode.Parse(_run.Out)!["addresses"]!["user"]!;
        return ((string?)user["address"], (string?)user["source"]);
    }
}
