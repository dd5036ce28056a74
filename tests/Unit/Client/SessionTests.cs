using System.Diagnostics;
using Grpc.Core;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;
using Suite.Client;
using Suite.Contracts.Common.V1;
using Suite.Contracts.Users.V1;

namespace Suite.Tests.Unit.Client;

internal sealed class SessionTests
{
    private const string Email = "ben@example.com";
    private const string Password = "correct horse battery";

    private static readonly TimeSpan PastItsEnd = TimeSpan.FromMinutes(6);

    private FakeTimeProvider _clock = null!;
    private Shop _shop = null!;
    private string _ben = null!;

    [SetUp]
    public void SetUp()
    {
        _clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        _shop = new Shop(_clock, options => options.Credentials = SuiteCredentials.FromToken("admin"));
        _shop.Fake.RequiredToken = "admin";
        _ben = _shop.Fake.AddUser(Email, "Ben", Password).Name;
    }

    [TearDown]
    public void TearDown() => _shop.Dispose();

    [Test]
    public async Task Who_is_signed_in_acts_in_their_own_name_and_knows_of_nobody_else()
    {
        var session = await SignInAsync();
        var asBen = new SuiteCallOptions { Credentials = session };

        var own = await _shop.Client.Users.GetAsync(_ben, asBen);
        var other = await FailureAsync(_shop.Client.Users.GetAsync(_shop.Customer, asBen));
        var order = _shop.Order();
        var foreign = await FailureAsync(_shop.Client.Orders.CreateAsync(order, asBen));
        order.Customer = _ben;
        var placed = await _shop.Client.Orders.CreateAsync(order, asBen);
        var product = await FailureAsync(_shop.Client.Products.CreateAsync("x", new(), asBen));

        Assert.That((session.User, own.Name, placed.Customer), Is.EqualTo((_ben, _ben, _ben)));
        Assert.That((other.Code, other.Reason), Is.EqualTo((StatusCode.NotFound, ErrorReason.ResourceNotFound)));
        Assert.That(foreign.Reason, Is.EqualTo(ErrorReason.CustomerNotFound));
        Assert.That((product.Reason, product.Metadata["scope"]), Is.EqualTo((ErrorReason.ScopeMissing, "products.write")));
    }

    [Test]
    public async Task Signing_in_and_renewing_go_out_without_the_clients_own_token()
    {
        var session = await SignInAsync();
        _clock.Advance(PastItsEnd);
        await GetBenAsync(session);

        Assert.That(
            _shop.CallsOf("CreateSession").Concat(_shop.CallsOf("RefreshSession")).Select(c => c.Headers.ContainsKey("authorization")),
            Is.EqualTo(new[] { false, false }));
    }

    [Test]
    public async Task A_password_does_not_travel_in_the_clear()
    {
        using var client = new SuiteClient(new SuiteClientOptions { Address = new Uri("http://suite.example.com:9101") });

        var error = await FailureAsync(client.Sessions.SignInAsync(Email, Password));

        Assert.That((error.Code, error.Attempts), Is.EqualTo((StatusCode.Unauthenticated, 0)));
        Assert.That(error.Message, Does.Contain("AllowTokenOverPlaintext").And.Not.Contain(Password));
    }

    [Test]
    public async Task An_ended_token_is_renewed_by_one_call_however_many_ask()
    {
        var session = await SignInAsync();
        _clock.Advance(PastItsEnd);

        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => GetBenAsync(session)));

        Assert.That(_shop.CallsOf("RefreshSession").Count(), Is.EqualTo(1));
    }

    [Test]
    public async Task Nobody_waits_for_a_renewal_while_the_token_is_still_good()
    {
        var session = await SignInAsync();
        _clock.Advance(TimeSpan.FromMinutes(4.5));
        _shop.Fake.DelayNext("RefreshSession", TimeSpan.FromSeconds(10));

        await GetBenAsync(session);

        await ClientClock.UntilAsync(() => _shop.CallsOf("RefreshSession").Any());
        var first = await session.GetTokenAsync(false, default);
        await _clock.UntilAsync(() => session.GetTokenAsync(false, default).AsTask().Result != first, TimeSpan.FromSeconds(1));
        Assert.That(_shop.CallsOf("RefreshSession").Count(), Is.EqualTo(1));
    }

    [Test]
    public async Task A_lost_answer_is_asked_for_again_under_the_same_request_id()
    {
        var session = await SignInAsync();
        _clock.Advance(PastItsEnd);
        _shop.Fake.FailNext("RefreshSession", StatusCode.Unavailable, afterEffect: true);
        // This one ends the call for good, as a deadline does; the next call goes on with the same id.
        _shop.Fake.FailNext("RefreshSession", StatusCode.DeadlineExceeded, afterEffect: true);

        var lost = await FailureAsync(_clock.RunAsync(GetBenAsync(session)));
        _clock.Advance(TimeSpan.FromSeconds(2));
        await GetBenAsync(session);

        Assert.That(lost.Code, Is.EqualTo(StatusCode.DeadlineExceeded));
        var ids = _shop.CallsOf("RefreshSession").Select(c => ((RefreshSessionRequest)c.Requests[0]).RequestId).ToList();
        Assert.That(ids, Has.Count.EqualTo(3));
        Assert.That(ids.Distinct().Count(), Is.EqualTo(1));
        Assert.That(_shop.Fake.Sessions, Has.Count.EqualTo(1), "The session lives.");
    }

    [Test]
    public async Task A_caller_who_gives_up_does_not_end_the_renewal()
    {
        var session = await SignInAsync();
        _clock.Advance(PastItsEnd);
        _shop.Fake.DelayNext("RefreshSession", TimeSpan.FromSeconds(1));
        using var cancel = new CancellationTokenSource();
        var impatient = _shop.Client.Users.GetAsync(_ben, new SuiteCallOptions { Credentials = session }, cancel.Token);
        await ClientClock.UntilAsync(() => _shop.CallsOf("RefreshSession").Any());

        await cancel.CancelAsync();
        await Assert.ThatAsync(() => impatient, Throws.InstanceOf<OperationCanceledException>());
        await _clock.RunAsync(GetBenAsync(session));

        Assert.That(_shop.CallsOf("RefreshSession").Count(), Is.EqualTo(1));
    }

    [Test]
    public async Task A_session_that_has_ended_says_so_and_is_not_asked_for_again_at_once()
    {
        var session = await SignInAsync();
        _shop.Fake.EndSessions(_ben);

        var first = await FailureAsync(GetBenAsync(session));
        var second = await FailureAsync(GetBenAsync(session));

        Assert.That(new[] { first, second }.Select(e => (e.Code, e.Reason)), Is.All.EqualTo((StatusCode.Unauthenticated, ErrorReason.RefreshTokenInvalid)));
        Assert.That(_shop.CallsOf("RefreshSession").Count(), Is.EqualTo(1));
        await session.SignOutAsync();
    }

    [Test]
    public async Task After_signing_out_the_token_is_refused()
    {
        var session = await SignInAsync();
        var token = await session.GetTokenAsync(false, default);

        await session.SignOutAsync();

        var error = await FailureAsync(_shop.Client.Users.GetAsync(_ben, new SuiteCallOptions { Credentials = SuiteCredentials.FromToken(token!) }));
        Assert.That(error.Reason, Is.EqualTo(ErrorReason.CredentialsInvalid));
        Assert.That(_shop.Fake.Sessions, Is.Empty);
    }

    [Test]
    public async Task Credentials_of_a_password_sign_in_when_they_are_needed_and_again_when_the_session_has_ended()
    {
        using var client = _shop.Fake.CreateClient(options => options.Credentials = SuiteCredentials.SignIn(Email, Password));
        Assert.That(_shop.CallsOf("CreateSession"), Is.Empty);

        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => client.Users.GetAsync(_ben)));
        Assert.That(_shop.CallsOf("CreateSession").Count(), Is.EqualTo(1));
        _shop.Fake.EndSessions(_ben);
        await client.Users.GetAsync(_ben);

        Assert.That(_shop.CallsOf("CreateSession").Count(), Is.EqualTo(2));
    }

    [Test]
    public async Task A_password_that_is_refused_is_not_tried_again_at_once()
    {
        using var client = _shop.Fake.CreateClient(options => options.Credentials = SuiteCredentials.SignIn(Email, "not the password"));

        var errors = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => FailureAsync(client.Users.GetAsync(_ben))));

        Assert.That(errors.Select(e => e.Reason), Is.All.EqualTo(ErrorReason.SignInRefused));
        Assert.That(_shop.CallsOf("CreateSession").Count(), Is.EqualTo(1));
    }

    [Test]
    public async Task A_wrong_current_password_is_no_reason_to_renew_the_token()
    {
        var session = await SignInAsync();
        var asBen = new SuiteCallOptions { Credentials = session };

        var error = await FailureAsync(_shop.Client.Users.ChangePasswordAsync(_ben, "another long one", "not the password", asBen));
        await _shop.Client.Users.ChangePasswordAsync(_ben, "another long one", Password, asBen);

        Assert.That((error.Reason, error.Attempts), Is.EqualTo((ErrorReason.SignInRefused, 1)));
        Assert.That(_shop.CallsOf("RefreshSession"), Is.Empty);
        await _shop.Client.Sessions.SignInAsync(Email, "another long one");
    }

    [Test]
    public async Task Nothing_that_is_shown_or_traced_holds_a_secret()
    {
        List<string> shown = [];
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Suite.Client",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = span => shown.AddRange(span.TagObjects.Select(tag => $"{tag.Key}={tag.Value}").Append($"{span.StatusDescription}")),
        };
        ActivitySource.AddActivityListener(listener);
        var session = await SignInAsync();
        var token = await session.GetTokenAsync(false, default);
        _shop.Fake.FailNext("CreateSession", StatusCode.Internal, reason: ErrorReason.InternalError);
        shown.Add((await FailureAsync(_shop.Client.Sessions.SignInAsync(Email, Password))).ToString());
        var credentials = SuiteCredentials.SignIn(Email, Password);
        shown.AddRange([$"{session}", $"{credentials}", $"{new SuiteProfile { Session = SuiteProfileSession.Of(Tokens(), DateTimeOffset.UtcNow) }}"]);

        Assert.That(shown, Has.Some.Contains(session.Name));
        Assert.That(shown, Has.None.Contains(Password).And.None.Contains(token).And.None.Contains("fake_refresh").And.None.Contains("s3cret"));
    }

    private static SessionTokens Tokens() => new() { Session = new Session(), AccessToken = "s3cret-a", RefreshToken = "s3cret-r" };

    private static async Task<SuiteException> FailureAsync(Task call) => (await Assert.ThrowsAsync<SuiteException>(() => call))!;

    private Task<SuiteSession> SignInAsync() => _shop.Client.Sessions.SignInAsync(Email, Password);

    private Task<User> GetBenAsync(SuiteSession session) => _shop.Client.Users.GetAsync(_ben, new SuiteCallOptions { Credentials = session });
}
