using Grpc.Core;
using Suite.Contracts.Common.V1;
using Suite.Contracts.Users.V1;
using Suite.Platform.Security;

namespace Suite.Tests.Component.Users;

internal sealed class PasswordTests : UserFixture
{
    private const string First = "correct horse battery";
    private const string Second = "staple gun and rope";

    [Test]
    public async Task A_password_is_kept_as_a_hash_and_nowhere_else()
    {
        var id = Guid.NewGuid().ToString();
        var user = await Room.CreateAsync("ada@example.com", password: First, requestId: id);

        Assert.That(await HashAsync(user.Name), Is.EqualTo(new FastHasher().Hash(First)));
        Assert.That(await Room.CreateAsync("ada@example.com", password: First, requestId: id), Is.EqualTo(user));
        await RefusedAsync(() => Room.CreateAsync("ada@example.com", password: Second, requestId: id), ErrorReason.RequestIdReused);
        await Room.CreateAsync("bob@example.com");
        Assert.That(await Room.CountAsync("passwords"), Is.EqualTo(1));
    }

    [TestCase("short")]
    [TestCase("password123")]
    [TestCase("ADA@example.com")]
    public async Task A_password_that_may_not_be_set_creates_nobody(string password)
    {
        var error = await RefusedAsync(() => Room.CreateAsync("ada@example.com", password: password), ErrorReason.InvalidRequest);

        Assert.That(error.Fields.Single().Field, Is.EqualTo("password"));
        Assert.That(error.ToStatus().ToString(), Does.Not.Contain(password));
        Assert.That(await Room.CountAsync("users"), Is.Zero);
    }

    [Test]
    public async Task A_user_changes_their_password_with_the_one_before_and_keeps_the_session()
    {
        var user = await Room.CreateAsync("ada@example.com", password: First);
        var self = UserRoom.SignedIn(user.Name);
        var request = Request(user.Name, First, Second);

        await ChangeAsync(request.Clone(), self);
        await ChangeAsync(request.Clone(), self);

        Assert.That(await HashAsync(user.Name), Is.EqualTo(new FastHasher().Hash(Second)));
        Assert.That(Room.Sessions.Ended, Is.EqualTo(new[]
        {
            (Guid.Parse(user.Name["users/".Length..]), SessionEnded.Types.Reason.PasswordChanged, (Guid?)Guid.Parse(self.Session!["sessions/".Length..])),
        }));
        Assert.That((Room.Limits.Checked, Room.Limits.Succeeded), Is.EqualTo((2, 2)));
    }

    [Test]
    public async Task A_wrong_password_a_missing_one_and_a_bad_new_one_change_nothing()
    {
        var user = await Room.CreateAsync("ada@example.com", password: First);
        var withoutPassword = await Room.CreateAsync("bob@example.com");
        var self = UserRoom.SignedIn(user.Name);

        var wrong = await RefusedAsync(() => ChangeAsync(Request(user.Name, Second, "another long one"), self), ErrorReason.SignInRefused);
        await RefusedAsync(() => ChangeAsync(Request(withoutPassword.Name, First, Second), UserRoom.SignedIn(withoutPassword.Name)), ErrorReason.SignInRefused);
        var missing = await RefusedAsync(() => ChangeAsync(Request(user.Name, string.Empty, Second), self), ErrorReason.InvalidRequest);
        var bad = await RefusedAsync(() => ChangeAsync(Request(user.Name, First, "qwertyuiop"), self), ErrorReason.InvalidRequest);
        await RefusedAsync(() => ChangeAsync(Request(withoutPassword.Name, First, Second), self), ErrorReason.ResourceNotFound);

        Assert.That(wrong.Code, Is.EqualTo(StatusCode.Unauthenticated));
        Assert.That(missing.Fields.Single().Field, Is.EqualTo("current_password"));
        Assert.That(bad.Fields.Single().Field, Is.EqualTo("new_password"));
        Assert.That(await HashAsync(user.Name), Is.EqualTo(new FastHasher().Hash(First)));
        Assert.That(Room.Sessions.Ended, Is.Empty);
        Assert.That((Room.Limits.Checked, Room.Limits.Succeeded), Is.EqualTo((4, 0)), "who may not know of a user can not lock them out either");
    }

    [Test]
    public async Task The_directory_sets_a_password_without_the_one_before_and_ends_every_session()
    {
        var user = await Room.CreateAsync("ada@example.com");

        await ChangeAsync(Request(user.Name, string.Empty, Second), UserRoom.Backend);
        await RefusedAsync(() => ChangeAsync(Request(user.Name, First, "another long one"), UserRoom.Backend), ErrorReason.SignInRefused);

        Assert.That(await HashAsync(user.Name), Is.EqualTo(new FastHasher().Hash(Second)));
        Assert.That(Room.Sessions.Ended.Single().Except, Is.Null);
    }

    [Test]
    public async Task Who_has_tried_too_often_is_refused_before_the_password_is_looked_at()
    {
        var user = await Room.CreateAsync("ada@example.com", password: First);
        Room.Limits.IsReached = true;

        var error = await RefusedAsync(() => ChangeAsync(Request(user.Name, First, Second), UserRoom.SignedIn(user.Name)), ErrorReason.RateLimited);

        Assert.That(error.RetryAfter, Is.EqualTo(TimeSpan.FromSeconds(7)));
        Assert.That(await HashAsync(user.Name), Is.EqualTo(new FastHasher().Hash(First)));
    }

    [Test]
    public async Task Of_changes_at_once_from_the_same_password_one_wins()
    {
        var user = await Room.CreateAsync("ada@example.com", password: First);
        var self = UserRoom.SignedIn(user.Name);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(async () =>
        {
            try
            {
                await ChangeAsync(Request(user.Name, First, $"my password of day {i}"), self);
                return i;
            }
            catch (Suite.Platform.Errors.DomainException e) when (e.Reason == ErrorReason.SignInRefused)
            {
                return -1;
            }
        })));

        var winner = outcomes.Single(i => i >= 0);
        Assert.That(await HashAsync(user.Name), Is.EqualTo(new FastHasher().Hash($"my password of day {winner}")));
    }

    private static ChangePasswordRequest Request(string name, string current, string next) =>
        new() { Name = name, CurrentPassword = current, NewPassword = next, RequestId = Guid.NewGuid().ToString() };

    private Task<ChangePasswordResponse> ChangeAsync(ChangePasswordRequest request, Caller caller) =>
        Room.Service.ChangePassword(request, UserRoom.Call(caller, request));

    private async Task<string?> HashAsync(string user)
    {
        await using var command = Room.Database.CreateCommand("SELECT hash FROM passwords WHERE user_id = $1");
        command.Parameters.Add(new() { Value = Guid.Parse(user["users/".Length..]) });
        return await command.ExecuteScalarAsync() as string;
    }
}
