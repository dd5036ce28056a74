using Grpc.Core;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;
using Suite.Client;
using Suite.Client.Testing;
using Suite.Contracts.Users.V1;

namespace Suite.Tests.Unit.Client;

/// <summary>A session in the profile file, which several programs use at once. Each client here is one of them.</summary>
internal sealed class ProfileSessionTests
{
    private const string Password = "correct horse battery";

    private FakeTimeProvider _clock = null!;
    private FakeSuite _fake = null!;
    private string _folder = null!;
    private string _user = null!;

    [SetUp]
    public async Task SignInAsync()
    {
        _clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        _fake = new FakeSuite(_clock) { RequiredToken = "admin" };
        _user = _fake.AddUser("ben@example.com", password: Password).Name;
        _folder = Directory.CreateTempSubdirectory("suite-profile-").FullName;
        using var client = _fake.CreateClient();
        var asked = _clock.GetUtcNow();
        var tokens = await client.Sessions.CreateAsync(new CreateSessionRequest { Email = "ben@example.com", Password = Password });
        var profiles = SuiteProfiles.Load(Path.Combine(_folder, "config.json"));
        profiles.Set("default", new SuiteProfile { Session = SuiteProfileSession.Of(tokens, asked), Token = "not this one" });
        profiles.Save();
    }

    [TearDown]
    public void TearDown() => Directory.Delete(_folder, recursive: true);

    [Test]
    public async Task Programs_that_share_a_session_renew_it_once()
    {
        _clock.Advance(TimeSpan.FromMinutes(6));
        var programs = Enumerable.Range(0, 5).Select(_ => Program()).ToList();

        await _clock.RunAsync(Task.WhenAll(programs.Select(p => p.Users.GetAsync(_user))));

        Assert.That(Refreshes(), Has.Count.EqualTo(1));
        Assert.That(_fake.Sessions, Has.Count.EqualTo(1));
        programs.ForEach(p => p.Dispose());
    }

    [Test]
    public async Task A_program_that_was_killed_before_the_answer_came_leaves_its_request_id_to_the_next()
    {
        _clock.Advance(TimeSpan.FromMinutes(6));
        _fake.FailNext("RefreshSession", StatusCode.DeadlineExceeded, afterEffect: true);
        using (var killed = Program())
        {
            await Assert.ThatAsync(() => killed.Users.GetAsync(_user), Throws.TypeOf<SuiteException>());
        }

        using var next = Program();
        await next.Users.GetAsync(_user);

        Assert.That(Refreshes(), Has.Count.EqualTo(2));
        Assert.That(Refreshes().Select(r => r.RequestId).Distinct().Count(), Is.EqualTo(1));
        Assert.That(Kept()!.RequestId, Is.Null);
        Assert.That(Kept()!.RefreshToken, Is.Not.EqualTo(Refreshes()[0].RefreshToken));
    }

    [Test]
    public async Task Who_has_signed_out_meanwhile_stays_so()
    {
        using var program = Program();
        _clock.Advance(TimeSpan.FromMinutes(6));
        var profiles = SuiteProfiles.Load(Path.Combine(_folder, "config.json"));
        profiles.Set("default", new SuiteProfile());
        profiles.Save();

        var error = await Assert.ThrowsAsync<SuiteException>(() => program.Users.GetAsync(_user));

        Assert.That(error!.Message, Does.Contain("signed out"));
        Assert.That(Kept(), Is.Null);
    }

    private SuiteClient Program()
    {
        var profiles = SuiteProfiles.Load(Path.Combine(_folder, "config.json"));
        var options = SuiteSettings.FromEnvironment(profiles: profiles, variable: _ => null);
        (options.CallInvokers, options.TimeProvider) = (_ => _fake.Invoker, _clock);
        return new SuiteClient(options);
    }

    private SuiteProfileSession? Kept() => SuiteProfiles.Load(Path.Combine(_folder, "config.json")).Find("default")?.Session;

    private List<RefreshSessionRequest> Refreshes() => [.. _fake.Calls.SelectMany(c => c.Requests).OfType<RefreshSessionRequest>()];
}
