using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Suite.Contracts.Common.V1;
using Suite.Platform.Hosting;
using Suite.Platform.Security;

namespace Suite.Tests.Component.Security;

/// <summary>What becomes of credentials over time: they expire, are revoked, are asked for again, and User may be away.</summary>
internal sealed class CredentialTests
{
    private static readonly string s_user = $"users/{Guid.CreateVersion7()}";

    private TestClock _clock = null!;
    private PlayedTrust _user = null!;
    private TrustStore _trust = null!;
    private CredentialVerifier _verifier = null!;

    [SetUp]
    public async Task MakeAsync()
    {
        _clock = new TestClock();
        _user = new PlayedTrust();
        _trust = new TrustStore(_user, _clock, NullLogger<TrustStore>.Instance);
        _verifier = Verifier(_trust);
        await _trust.PollAsync(CancellationToken.None);
    }

    [TearDown]
    public void Close() => _trust.Dispose();

    [Test]
    public async Task A_token_is_good_until_it_expires_and_no_longer_from_memory()
    {
        var token = _user.Token(s_user, scopes: "orders.read");
        Assert.That((await VerifyAsync(token)).Caller!.Name, Is.EqualTo(s_user));

        _clock.Advance(TimeSpan.FromMinutes(4));
        Assert.That((await VerifyAsync(token)).Caller!.Has("orders.read"), Is.True);

        _clock.Advance(TimeSpan.FromSeconds(66));
        Assert.That(Reason(await VerifyAsync(token)), Is.EqualTo(ErrorReason.CredentialsInvalid));
    }

    [Test]
    public async Task The_same_token_again_is_a_look_up_and_allocates_next_to_nothing()
    {
        var call = Call(_user.Token(s_user));
        await _verifier.VerifyAsync(call);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            await _verifier.VerifyAsync(call);
        }

        Assert.That((GC.GetAllocatedBytesForCurrentThread() - before) / 1000, Is.LessThan(16));
    }

    [Test]
    public async Task A_session_that_ended_is_refused_with_the_next_poll_and_the_others_stay()
    {
        var session = $"sessions/{Guid.CreateVersion7()}";
        var (ended, other) = (_user.Token(s_user, session), _user.Token(s_user));
        await VerifyAsync(ended);
        _user.Revoke(session);
        await _trust.PollAsync(CancellationToken.None);

        Assert.That(Reason(await VerifyAsync(ended)), Is.EqualTo(ErrorReason.CredentialsInvalid));
        Assert.That((await VerifyAsync(other)).Caller, Is.Not.Null);
        Assert.That(Reason(await VerifyAsync(_user.Token(s_user, session))), Is.EqualTo(ErrorReason.CredentialsInvalid), "nor is a new token of it good");
    }

    [Test]
    public async Task Of_a_revoked_user_the_tokens_made_before_are_refused_and_those_made_after_are_not()
    {
        var before = _user.Token(s_user, at: DateTimeOffset.UtcNow.AddMilliseconds(-50));
        await VerifyAsync(before);
        _user.Revoke(s_user);
        await _trust.PollAsync(CancellationToken.None);

        Assert.That(Reason(await VerifyAsync(before)), Is.EqualTo(ErrorReason.CredentialsInvalid));
        Assert.That((await VerifyAsync(_user.Token(s_user, at: DateTimeOffset.UtcNow.AddMilliseconds(50)))).Caller, Is.Not.Null);
        Assert.That((await VerifyAsync(_user.Token($"users/{Guid.CreateVersion7()}"))).Caller, Is.Not.Null);
    }

    [Test]
    public async Task A_revoked_key_is_refused_with_the_next_poll()
    {
        var (name, secret) = _user.AddKey("orders.read");
        Assert.That((await VerifyAsync(secret)).Caller!.Name, Is.EqualTo(name));
        _user.Revoke(name);
        await _trust.PollAsync(CancellationToken.None);

        Assert.That(Reason(await VerifyAsync(secret)), Is.EqualTo(ErrorReason.CredentialsInvalid));
    }

    [Test]
    public async Task A_token_of_a_key_published_since_is_good_at_once()
    {
        _user.Rotate();
        _clock.Advance(TimeSpan.FromSeconds(1));

        Assert.That((await VerifyAsync(_user.Token(s_user))).Caller, Is.Not.Null);
    }

    [Test]
    public async Task Before_the_first_trust_nobody_passes_and_nobody_is_called_wrong()
    {
        using var trust = new TrustStore(_user, _clock, NullLogger<TrustStore>.Instance);
        var verifier = Verifier(trust);
        _user.IsAway = true;

        foreach (var credentials in new[] { _user.Token(s_user), _user.AddKey("orders.read").Secret })
        {
            Assert.That(Reason(await verifier.VerifyAsync(Call(credentials))), Is.EqualTo(ErrorReason.DependencyUnavailable));
        }
    }

    [Test]
    public async Task While_user_is_away_what_was_good_stays_good_and_what_is_unknown_is_not_called_wrong()
    {
        var (token, (_, secret)) = (_user.Token(s_user), _user.AddKey("orders.read"));
        var (_, later) = _user.AddKey("orders.read");
        await VerifyAsync(secret);
        _user.IsAway = true;
        _clock.Advance(TimeSpan.FromMinutes(2));

        Assert.That((await VerifyAsync(token)).Caller, Is.Not.Null, "a token needs nobody but its key");
        Assert.That((await VerifyAsync(secret)).Caller, Is.Not.Null, "a key that was good two minutes ago");
        Assert.That(Reason(await VerifyAsync(later)), Is.EqualTo(ErrorReason.DependencyUnavailable));
        _user.Rotate();
        Assert.That(Reason(await VerifyAsync(_user.Token(s_user))), Is.EqualTo(ErrorReason.DependencyUnavailable));
        _clock.Advance(ApiKeys.Stale);
        Assert.That(Reason(await VerifyAsync(secret)), Is.EqualTo(ErrorReason.DependencyUnavailable));
    }

    [Test]
    public async Task A_hundred_calls_with_a_new_key_ask_user_once()
    {
        var (_, secret) = _user.AddKey("orders.read");
        _user.Holding = new TaskCompletionSource();
        var calls = Enumerable.Range(0, 100).Select(_ => VerifyAsync(secret)).ToArray();
        _user.Holding.SetResult();

        Assert.That((await Task.WhenAll(calls)).Select(v => v.Caller), Is.All.Not.Null);
        await VerifyAsync(secret);
        Assert.That(_user.KeyQuestions, Is.EqualTo(1));

        _clock.Advance(ApiKeys.Fresh);
        await VerifyAsync(secret);
        Assert.That(_user.KeyQuestions, Is.EqualTo(2));
    }

    [Test]
    public async Task A_key_that_does_not_exist_is_asked_for_once_in_a_while()
    {
        var secret = "suite_key_" + new string('A', 43);
        await VerifyAsync(secret);
        await VerifyAsync(secret);
        Assert.That(_user.KeyQuestions, Is.EqualTo(1));

        _clock.Advance(ApiKeys.NoneFresh);
        Assert.That(Reason(await VerifyAsync(secret)), Is.EqualTo(ErrorReason.CredentialsInvalid));
        Assert.That(_user.KeyQuestions, Is.EqualTo(2));
    }

    [Test]
    public void What_is_remembered_is_bounded_and_what_is_used_stays()
    {
        var cache = new BoundedCache<string>(1000);
        cache.Set("used", "value");
        for (var i = 0; i < 10_000; i++)
        {
            cache.Set($"flood {i}", "value");
            Assert.That(cache.Find("used"), Is.Not.Null);
        }

        Assert.That(cache.Count, Is.LessThanOrEqualTo(1002));
        Assert.That(cache.Find("flood 5"), Is.Null);
    }

    private CredentialVerifier Verifier(TrustStore trust)
    {
        var keys = new TestKeys();
        var options = new SecurityOptions
        {
            Service = "order",
            Issuer = PlayedTrust.Issuer,
            ServiceKeyFile = keys.FileOf("order"),
            ServiceKeysFile = keys.SetFile,
            IsProduction = false,
        };
        var tokens = new SignedTokens(_clock);
        var noTls = TlsSettings.From(new ConfigurationManager());
        return new CredentialVerifier(
            trust, new AccessTokens(options, tokens), new ApiKeys(_user, _clock), new ServiceKeys(options, tokens), new PeerCertificates(noTls), _clock);
    }

    private Task<Verdict> VerifyAsync(string credentials) => _verifier.VerifyAsync(Call(credentials)).AsTask();

    private static DefaultHttpContext Call(string credentials)
    {
        var context = new DefaultHttpContext();
        context.Request.Headers.Authorization = "Bearer " + credentials;
        return context;
    }

    private static ErrorReason? Reason(Verdict verdict) => verdict.Refusal?.Reason;
}
