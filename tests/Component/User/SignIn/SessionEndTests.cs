using Microsoft.Extensions.Hosting;
using Suite.Contracts.Common.V1;
using Suite.Contracts.Users.V1;
using Suite.Platform.Idempotency;
using Suite.Platform.Postgres;
using Suite.Platform.Security;
using Suite.Users.Features;
using Suite.Users.Features.Sessions;
using Suite.Users.Features.Trust;
using Suite.Users.Storage;

namespace Suite.Tests.Component.Users.SignIn;

internal sealed class SessionEndTests : SignInFixture
{
    private Guid _user;

    [SetUp]
    public async Task AddUserAsync() => _user = await Room.AddUserAsync("ada@example.com");

    [Test]
    public async Task Who_signs_out_is_signed_out_everywhere_once()
    {
        var tokens = await Room.SignInAsync("ada@example.com");
        var caller = SignInRoom.SignedIn(_user, tokens.Session.Name);
        var before = (await Room.TrustAsync()).Revision;
        await DeleteAsync(tokens.Session.Name, caller);
        await DeleteAsync(tokens.Session.Name, caller);

        await RefusedAsync(() => Room.RefreshAsync(tokens.RefreshToken), ErrorReason.RefreshTokenInvalid);
        var end = (await Room.EndsAsync()).Single();
        Assert.That((end.Session, end.Reason), Is.EqualTo((tokens.Session.Name, SessionEnded.Types.Reason.SignedOut)));
        Assert.That((await Room.TrustAsync(before)).Revocations.Select(r => r.Subject), Is.EqualTo(new[] { tokens.Session.Name }));
    }

    [Test]
    public async Task Somebody_elses_session_is_one_that_does_not_exist()
    {
        var bob = SignInRoom.SignedIn(await Room.AddUserAsync("bob@example.com"));
        var tokens = await Room.SignInAsync("ada@example.com");
        var nowhere = $"sessions/{Guid.CreateVersion7()}";
        var theirs = await RefusedAsync(() => DeleteAsync(tokens.Session.Name, bob), ErrorReason.ResourceNotFound);
        var none = await RefusedAsync(() => DeleteAsync(nowhere, bob), ErrorReason.ResourceNotFound);
        var told = theirs.Message.Replace(tokens.Session.Name, nowhere, StringComparison.Ordinal);
        Assert.That((theirs.Code, told), Is.EqualTo((none.Code, none.Message)));
        Assert.That(theirs.Details, Is.EqualTo(new Dictionary<string, string> { ["resource"] = tokens.Session.Name }));

        var parent = await RefusedAsync(() => ListAsync($"users/{_user}", bob), ErrorReason.ResourceNotFound);
        Assert.That(parent.Details["resource"], Is.EqualTo($"users/{_user}"));
        await Room.RefreshAsync(tokens.RefreshToken);
        await DeleteAsync(tokens.Session.Name, SignInRoom.Backend("sessions.write"));
        var nobody = $"users/{Guid.CreateVersion7()}";
        await RefusedAsync(() => ListAsync(nobody, SignInRoom.Backend("sessions.read")), ErrorReason.ResourceNotFound);
    }

    [Test]
    public async Task A_user_sees_their_living_sessions_newest_first_by_pages()
    {
        var names = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            names.Insert(0, (await Room.SignInAsync("ada@example.com")).Session.Name);
        }

        var self = SignInRoom.SignedIn(_user);
        await DeleteAsync(names[2], self);
        names.RemoveAt(2);
        var first = await ListAsync($"users/{_user}", self, 3);
        var second = await ListAsync($"users/{_user}", self, 3, first.NextPageToken);
        Assert.That(first.Sessions.Concat(second.Sessions).Select(s => s.Name), Is.EqualTo(names));
        Assert.That(second.NextPageToken, Is.Empty);
    }

    [Test]
    public async Task A_change_of_the_user_ends_all_sessions_but_the_one_it_came_from()
    {
        var kept = await Room.SignInAsync("ada@example.com");
        var ended = new[] { await Room.SignInAsync("ada@example.com"), await Room.SignInAsync("ada@example.com") };
        await EndAllAsync(SessionEnded.Types.Reason.PasswordChanged, Guid.Parse(kept.Session.Name["sessions/".Length..]));

        await Room.RefreshAsync(kept.RefreshToken);
        foreach (var tokens in ended)
        {
            await RefusedAsync(() => Room.RefreshAsync(tokens.RefreshToken), ErrorReason.RefreshTokenInvalid);
        }

        Assert.That((await Room.TrustAsync()).Revocations.Select(r => r.Subject), Is.EquivalentTo(ended.Select(t => t.Session.Name)));
        var reason = SessionEnded.Types.Reason.PasswordChanged;
        Assert.That((await Room.EndsAsync()).Select(e => e.Reason), Is.EqualTo(new[] { reason, reason }));
    }

    [Test]
    public async Task A_new_password_and_a_suspension_end_sessions_as_the_contract_says()
    {
        var here = await Room.SignInAsync("ada@example.com");
        var elsewhere = await Room.SignInAsync("ada@example.com");
        var self = SignInRoom.SignedIn(_user, here.Session.Name);
        var change = new ChangePasswordRequest
        {
            Name = self.Name,
            RequestId = Guid.NewGuid().ToString(),
            CurrentPassword = SignInRoom.Password,
            NewPassword = "staple gun and rope",
        };
        await Room.Get<ChangePassword>().RunAsync(Key(self), self, Room.Address, _user, change, CancellationToken.None);
        await RefusedAsync(() => Room.RefreshAsync(elsewhere.RefreshToken), ErrorReason.RefreshTokenInvalid);
        await RefusedAsync(() => Room.SignInAsync("ada@example.com"), ErrorReason.SignInRefused);
        here = await Room.RefreshAsync(here.RefreshToken);

        var backend = SignInRoom.Backend("directory.write");
        await Room.Get<SuspendUser>().RunAsync(Key(backend), backend, _user, string.Empty, CancellationToken.None);
        await RefusedAsync(() => Room.RefreshAsync(here.RefreshToken), ErrorReason.RefreshTokenInvalid);
        await RefusedAsync(() => Room.SignInAsync("ada@example.com", change.NewPassword), ErrorReason.SignInRefused);

        await Room.Get<ReactivateUser>().RunAsync(Key(backend), backend, _user, string.Empty, CancellationToken.None);
        await RefusedAsync(() => Room.RefreshAsync(here.RefreshToken), ErrorReason.RefreshTokenInvalid);
        await Room.SignInAsync("ada@example.com", change.NewPassword);
        Assert.That((await Room.EndsAsync()).Select(e => (e.Session, e.Reason)), Is.EqualTo(new[]
        {
            (elsewhere.Session.Name, SessionEnded.Types.Reason.PasswordChanged),
            (here.Session.Name, SessionEnded.Types.Reason.UserSuspended),
        }));
        var revoked = (await Room.TrustAsync()).Revocations.Select(r => r.Subject);
        Assert.That(revoked, Is.EqualTo(new[] { elsewhere.Session.Name, here.Session.Name }));
    }

    [Test]
    public async Task Of_a_deleted_user_no_session_says_what_it_came_from()
    {
        await Room.SignInAsync("ada@example.com");
        await EndAllAsync(SessionEnded.Types.Reason.UserDeleted, null);
        Assert.That(await Room.ScalarAsync<string>("SELECT string_agg(user_agent, '') FROM sessions"), Is.Empty);
    }

    [Test]
    public async Task A_change_that_is_rolled_back_ends_nothing()
    {
        var tokens = await Room.SignInAsync("ada@example.com");
        Assert.That(() => Room.SuspendAsync(_user, () => throw new InvalidOperationException()), Throws.InvalidOperationException);
        await Room.RefreshAsync(tokens.RefreshToken);
        Assert.That((await Room.TrustAsync()).Revision, Is.Zero);
    }

    [Test]
    public async Task A_revocation_that_commits_late_is_missed_by_nobody()
    {
        var now = Room.Clock.GetUtcNow();
        Task second = Task.CompletedTask;
        await Room.Database.InTransactionAsync(
            async (transaction, token) =>
            {
                await RevocationStore.AppendAsync(["sessions/early"], now, null, transaction, token);
                second = Room.Database.InTransactionAsync(
                    (other, inner) => RevocationStore.AppendAsync(["sessions/late"], now, null, other, inner), CancellationToken.None);
                await Eventually.That(Room.WaitingAsync, Is.EqualTo(1));

                // Whoever asks now has seen nothing yet, and is told to come back to before both.
                var seen = await Room.TrustAsync();
                Assert.That((seen.Revision, seen.Revocations.Count), Is.EqualTo((0L, 0)));
            },
            CancellationToken.None);
        await second;
        var after = await Room.TrustAsync();
        Assert.That(after.Revision, Is.EqualTo(2));
        Assert.That(after.Revocations.Select(r => r.Subject), Is.EqualTo(new[] { "sessions/early", "sessions/late" }));
        Assert.That((await Room.TrustAsync(1)).Revocations.Select(r => r.Subject), Is.EqualTo(new[] { "sessions/late" }));
        // A revision that this database has not reached is one of before it was set back.
        Assert.That((await Room.TrustAsync(99)).Revocations, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task What_no_longer_matters_is_forgotten()
    {
        var tokens = await Room.SignInAsync("ada@example.com");
        await DeleteAsync(tokens.Session.Name, SignInRoom.SignedIn(_user));
        await CleanAsync();
        Assert.That((await Room.TrustAsync()).Revocations, Has.Count.EqualTo(1));

        Room.Clock.Shift = TimeSpan.FromDays(40);
        await CleanAsync();
        Assert.That((await Room.TrustAsync()).Revision, Is.EqualTo(1));
        Assert.That(await Room.ScalarAsync<long>("SELECT (SELECT count(*) FROM revocations) + (SELECT count(*) FROM sessions)"), Is.Zero);
    }

    private Task CleanAsync() => Room.Get<IEnumerable<IHostedService>>().OfType<TrustCleanup>().Single().CleanAsync(CancellationToken.None);

    private static RequestKey Key(Caller caller) => RequestKey.Of("test", Guid.NewGuid().ToString(), new DeleteSessionResponse(), caller);

    private Task<DeleteSessionResponse> DeleteAsync(string name, Caller caller)
    {
        var request = new DeleteSessionRequest { Name = name, RequestId = Guid.NewGuid().ToString() };
        return Room.Get<DeleteSession>().RunAsync(
            RequestKey.Of("DeleteSession", request.RequestId, request, caller),
            Guid.Parse(name["sessions/".Length..]),
            caller,
            CancellationToken.None);
    }

    private Task<ListSessionsResponse> ListAsync(string parent, Caller caller, int size = 0, string token = "") =>
        Room.Get<ListSessions>().RunAsync(
            new ListSessionsRequest { Parent = parent, PageSize = size, PageToken = token }, caller, CancellationToken.None);

    private Task EndAllAsync(SessionEnded.Types.Reason reason, Guid? except) => Room.Database.InTransactionAsync(
        (transaction, token) => Room.Get<ISessionEnder>().EndAllAsync(_user, reason, except, transaction, token), CancellationToken.None);
}
