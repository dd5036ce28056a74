using System.Text.Json.Nodes;
using NUnit.Framework;
using Suite.Cli;
using Suite.Client;
using Suite.Contracts.Users.V1;

namespace Suite.Tests.Unit.Cli;

public class SignInTests
{
    private const string Password = "correct horse battery";

    private CommandRun _run = null!;

    [SetUp]
    public void SetUp()
    {
        _run = new CommandRun();
        _run.Suite.RequiredToken = "admin";
    }

    [TearDown]
    public void TearDown() => _run.Dispose();

    [Test]
    public async Task A_user_signs_in_acts_and_signs_out()
    {
        var user = _run.Suite.AddUser("ada@example.com", "Ada", Password);
        Assert.That(await _run.RunAsync("user", "get", user.Name), Is.EqualTo(ExitCode.NotAllowed));
        Assert.That(_run.Error, Does.Contain("CREDENTIALS_MISSING").And.Contain("suite login"));

        await LoginAsync();
        Assert.That(await _run.RunAsync("user", "get", user.Name), Is.EqualTo(ExitCode.Ok), _run.Error);
        await _run.RunAsync("whoami", "-o", "json");
        Assert.That((string)JsonNode.Parse(_run.Out)!["user"]!, Is.EqualTo(user.Name));
        await _run.RunAsync("session", "list", "-o", "jsonl");
        Assert.That(_run.OutLines, Has.Count.EqualTo(1));
        Assert.That(await _run.RunAsync("user", "list", "--token-file", _run.Write("key", "admin")), Is.EqualTo(ExitCode.Ok), "An option goes first.");
        Assert.That(await _run.RunAsync("user", "suspend", user.Name), Is.EqualTo(ExitCode.NotAllowed));
        Assert.That(_run.Error, Does.Contain("SCOPE_MISSING").And.Contain("directory.write"));

        Assert.That(await _run.RunAsync("logout"), Is.EqualTo(ExitCode.Ok), _run.Error);
        Assert.That(_run.Suite.Sessions, Is.Empty);
        Assert.That(await File.ReadAllTextAsync(_run.ConfigFile), Does.Not.Contain("session"));
        Assert.That(await _run.RunAsync("user", "get", user.Name), Is.EqualTo(ExitCode.NotAllowed));
    }

    [Test]
    public async Task Neither_password_nor_token_is_ever_shown_and_the_file_is_its_owners()
    {
        _run.Suite.AddUser("ada@example.com", password: Password);
        await LoginAsync();
        var session = SuiteProfiles.Load(_run.ConfigFile).Find("default")!.Session!;
        if (!OperatingSystem.IsWindows())
        {
            Assert.That(File.GetUnixFileMode(_run.ConfigFile), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        }

        string[][] commands = [["login", "ada@example.com"], ["whoami"], ["whoami", "-o", "json"], ["config", "list"], ["config", "list", "-o", "json"], ["session", "list"]];
        foreach (var command in commands)
        {
            await _run.RunAsync(command);
            Assert.That(
                _run.Out + _run.Error,
                Does.Not.Contain(Password).And.Not.Contain(session.AccessToken).And.Not.Contain(session.RefreshToken),
                string.Join(' ', command));
        }

        Assert.That(_run.Suite.Sessions, Has.Count.EqualTo(1), "A second sign-in ends the first.");
        Assert.That(await File.ReadAllTextAsync(_run.ConfigFile), Does.Not.Contain(Password));
    }

    [Test]
    public async Task A_wrong_password_signs_nobody_in()
    {
        _run.Suite.AddUser("ada@example.com", password: Password);
        _run.Input = "not the password\n";

        Assert.That(await _run.RunAsync("login", "ada@example.com"), Is.EqualTo(ExitCode.NotAllowed));

        Assert.That(_run.Error, Does.Contain("SIGN_IN_REFUSED"));
        Assert.That(File.Exists(_run.ConfigFile), Is.False);
    }

    [Test]
    public async Task A_session_that_ended_elsewhere_asks_to_sign_in_again()
    {
        var user = _run.Suite.AddUser("ada@example.com", password: Password);
        await LoginAsync();
        _run.Suite.EndSessions(user.Name);

        Assert.That(await _run.RunAsync("user", "get", user.Name), Is.EqualTo(ExitCode.NotAllowed));

        Assert.That(_run.Error, Does.Contain("REFRESH_TOKEN_INVALID").And.Contain("sign in again"));
        Assert.That(await _run.RunAsync("logout"), Is.EqualTo(ExitCode.Ok), _run.Error);
    }

    [Test]
    public async Task A_user_is_created_with_a_password_listed_changed_and_deleted()
    {
        _run.Environment["SUITE_TOKEN"] = "admin";
        _run.Input = Password + "\n";

        Assert.That(
            await _run.RunAsync("user", "create", "--email", "ada@example.com", "--display-name", "Ada", "--password-stdin", "-o", "jsonl"),
            Is.EqualTo(ExitCode.Ok),
            _run.Error);
        var name = (string)_run.OutLines.Single()["name"]!;
        Assert.That(await _run.RunAsync("user", "update", name), Is.EqualTo(ExitCode.Usage));
        Assert.That(await _run.RunAsync("user", "update", name, "--display-name", "Countess", "--etag", "0"), Is.EqualTo(ExitCode.Refused));
        Assert.That(await _run.RunAsync("user", "update", name, "--display-name", "Countess"), Is.EqualTo(ExitCode.Ok), _run.Error);
        await _run.RunAsync("user", "suspend", name["users/".Length..]);
        await _run.RunAsync("user", "list", "--filter", "state = SUSPENDED", "--order-by", "email", "-o", "json");
        var listed = ListUsersResponse.Parser.ParseJson(_run.Out).Users.Single();
        Assert.That((listed.Name, listed.Email, listed.DisplayName), Is.EqualTo((name, "ada@example.com", "Countess")));
        await _run.RunAsync("user", "reactivate", name);
        Assert.That(_run.Out, Does.Contain("ACTIVE"));
        Assert.That(await _run.RunAsync("user", "delete", name), Is.EqualTo(ExitCode.Ok), _run.Error);
        Assert.That(_run.Out, Does.Contain("DELETED").And.Not.Contain("ada@example.com"));
    }

    [Test]
    public async Task A_key_is_made_used_and_revoked()
    {
        _run.Environment["SUITE_TOKEN"] = "admin";
        Assert.That(
            await _run.RunAsync("apikey", "create", "--name", "importer", "--scope", "payments.read", "--scope", "orders.read", "-o", "json"),
            Is.EqualTo(ExitCode.Ok),
            _run.Error);
        var created = CreateApiKeyResponse.Parser.ParseJson(_run.Out);
        _run.Environment["SUITE_TOKEN"] = created.Secret;
        Assert.That(await _run.RunAsync("order", "list"), Is.EqualTo(ExitCode.Ok), _run.Error);
        Assert.That(await _run.RunAsync("user", "list"), Is.EqualTo(ExitCode.NotAllowed));

        _run.Environment["SUITE_TOKEN"] = "admin";
        Assert.That(await _run.RunAsync("apikey", "revoke", created.ApiKey.Name), Is.EqualTo(ExitCode.Ok), _run.Error);
        await _run.RunAsync("apikey", "list");
        Assert.That(_run.Out, Does.Contain("REVOKED").And.Contain("importer").And.Not.Contain(created.Secret));
        _run.Environment["SUITE_TOKEN"] = created.Secret;
        Assert.That(await _run.RunAsync("order", "list"), Is.EqualTo(ExitCode.NotAllowed));
        Assert.That(_run.Error, Does.Contain("CREDENTIALS_INVALID").And.Not.Contain(created.Secret));
    }

    private async Task LoginAsync()
    {
        _run.Input = Password + "\n";
        Assert.That(await _run.RunAsync("login", "ada@example.com"), Is.EqualTo(ExitCode.Ok), _run.Error);
    }
}
