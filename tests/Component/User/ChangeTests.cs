using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Suite.Contracts.Common.V1;
using Suite.Contracts.Users.V1;
using Suite.Platform.Errors;
using State = Suite.Contracts.Users.V1.User.Types.State;

namespace Suite.Tests.Component.Users;

internal sealed class ChangeTests : UserFixture
{
    [Test]
    public async Task Every_change_raises_the_version_by_one_and_is_one_event_without_personal_data()
    {
        var user = await Room.CreateAsync("ada@example.com");
        await Room.UpdateAsync(Update(user.Name, u => u.DisplayName = "Countess"));
        await Room.UpdateAsync(new UpdateUserRequest
        {
            User = new User { Name = user.Name, Email = "countess@example.com", DisplayName = "Ada L" },
            UpdateMask = FieldMask.FromString("*"),
        });
        await Room.SuspendAsync(user.Name);
        await Room.ReactivateAsync(user.Name);
        var deleted = await Room.DeleteAsync(user.Name);

        var events = await Room.EventsAsync(user.Name);
        Assert.That(events.Select(e => e.Type), Is.EqualTo(new[]
        {
            "UserCreated", "UserUpdated", "UserUpdated", "UserSuspended", "UserReactivated", "UserDeleted",
        }));
        Assert.That(UserUpdated.Parser.ParseFrom(events[1].Payload).UpdatedFields, Is.EqualTo(new[] { "display_name" }));
        var second = UserUpdated.Parser.ParseFrom(events[2].Payload);
        Assert.That(second.UpdatedFields, Is.EqualTo(new[] { "email", "display_name" }));
        Assert.That(second.Version, Is.EqualTo(3));
        Assert.That(UserDeleted.Parser.ParseFrom(events[5].Payload).Version, Is.EqualTo(6));
        Assert.That(deleted.Etag, Is.EqualTo("6"));
        Assert.That(events.Select(e => System.Text.Encoding.UTF8.GetString(e.Payload)), Has.None.Contains("example.com").And.None.Contains("Countess"));
    }

    [Test]
    public async Task A_change_that_changes_nothing_is_no_version_and_no_event()
    {
        var user = await Room.CreateAsync("ada@example.com");
        await Room.UpdateAsync(Update(user.Name, u => u.DisplayName = "Ada"));
        await Room.ReactivateAsync(user.Name);
        await Room.SuspendAsync(user.Name);

        var again = await Room.SuspendAsync(user.Name);

        Assert.That(again.Etag, Is.EqualTo("2"));
        Assert.That((await Room.EventsAsync(user.Name)).Select(e => e.Type), Is.EqualTo(new[] { "UserCreated", "UserSuspended" }));
        Assert.That(Room.Sessions.Ended, Is.EqualTo(new[] { (Id(user), SessionEnded.Types.Reason.UserSuspended, (Guid?)null) }));
    }

    [Test]
    public async Task Of_updates_that_read_the_same_etag_one_wins()
    {
        var user = await Room.CreateAsync("ada@example.com");

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => Task.Run(async () =>
        {
            try
            {
                return (await Room.UpdateAsync(Update(user.Name, u => (u.DisplayName, u.Etag) = ($"Ada {i}", user.Etag)))).DisplayName;
            }
            catch (DomainException e) when (e.Reason == ErrorReason.EtagMismatch)
            {
                return null;
            }
        })));

        var winner = outcomes.Single(name => name is not null);
        Assert.That((await Room.GetAsync(user.Name)).DisplayName, Is.EqualTo(winner));
        Assert.That(await Room.EventsAsync(user.Name), Has.Count.EqualTo(2));
    }

    [Test]
    public async Task The_same_call_twice_happens_once_and_has_the_same_answer()
    {
        var user = await Room.CreateAsync("ada@example.com", requestId: Fixed(1));
        var update = Update(user.Name, u => u.DisplayName = "Countess");
        update.RequestId = Fixed(2);
        var updated = await Room.UpdateAsync(update.Clone());
        var suspended = await Room.SuspendAsync(user.Name, requestId: Fixed(3));

        Assert.That(await Room.CreateAsync("ada@example.com", requestId: Fixed(1)), Is.EqualTo(user));
        Assert.That(await Room.UpdateAsync(update.Clone()), Is.EqualTo(updated));
        Assert.That(await Room.SuspendAsync(user.Name, requestId: Fixed(3)), Is.EqualTo(suspended));
        Assert.That(await Room.GetAsync(user.Name), Is.EqualTo(suspended), "what is answered again is of the past and not remembered as the present");
        Assert.That(await Room.EventsAsync(user.Name), Has.Count.EqualTo(3));
        update.User.DisplayName = "Somebody else";
        await RefusedAsync(() => Room.UpdateAsync(update), ErrorReason.RequestIdReused);
    }

    [Test]
    public async Task Of_users_created_at_once_with_one_address_in_different_case_one_exists()
    {
        string[] spellings = ["ada@example.com", "ADA@example.com", "Ada@Example.com", "aDa@EXAMPLE.COM", "ada@example.COM"];

        var outcomes = await Task.WhenAll(spellings.Select(email => Task.Run(async () =>
        {
            try
            {
                return (await Room.CreateAsync(email)).Email;
            }
            catch (DomainException e)
            {
                Assert.That(e.Reason, Is.EqualTo(ErrorReason.ResourceAlreadyExists));
                Assert.That(e.ToStatus().ToString(), Does.Not.Contain("example").IgnoreCase, "an address is not repeated");
                return null;
            }
        })));

        Assert.That(outcomes.Count(email => email is not null), Is.EqualTo(1));
        Assert.That(await Room.CountAsync("users"), Is.EqualTo(1));
    }

    [Test]
    public async Task An_address_is_changed_by_the_directory_alone_and_not_to_one_that_is_taken()
    {
        var ada = await Room.CreateAsync("ada@example.com");
        await Room.CreateAsync("bob@example.com");
        var self = UserRoom.SignedIn(ada.Name);

        var error = await RefusedAsync(() => Room.UpdateAsync(Update(ada.Name, u => u.Email = "new@example.com"), self), ErrorReason.ScopeMissing);
        Assert.That(error.Code, Is.EqualTo(StatusCode.PermissionDenied));
        Assert.That(error.Details["scope"], Is.EqualTo("directory.write"));
        Assert.That((await Room.UpdateAsync(Update(ada.Name, u => (u.Email, u.DisplayName) = ("ada@example.com", "A")), self)).DisplayName, Is.EqualTo("A"));
        await RefusedAsync(() => Room.UpdateAsync(Update(ada.Name, u => u.Email = "BOB@example.com")), ErrorReason.ResourceAlreadyExists);
        Assert.That((await Room.UpdateAsync(Update(ada.Name, u => u.Email = "ADA@example.com"))).Email, Is.EqualTo("ADA@example.com"), "one's own is not taken");
    }

    [Test]
    public async Task What_is_wrong_with_an_update_is_named_and_changes_nothing()
    {
        var user = await Room.CreateAsync("ada@example.com");
        var unknown = await RefusedAsync(
            () => Room.UpdateAsync(Update(user.Name, u => u.DisplayName = "B", "display_name", "state", "nonsense")), ErrorReason.InvalidRequest);
        var malformed = await RefusedAsync(() => Room.UpdateAsync(Update(user.Name, u => u.Email = "ada")), ErrorReason.InvalidRequest);
        var emptied = await RefusedAsync(() => Room.UpdateAsync(Update(user.Name, _ => { }, "email")), ErrorReason.InvalidRequest);
        var nameless = await RefusedAsync(() => Room.UpdateAsync(Update("orders/1", u => u.DisplayName = "B")), ErrorReason.InvalidRequest);
        await RefusedAsync(() => Room.UpdateAsync(Update(user.Name, u => (u.DisplayName, u.Etag) = ("B", "0"))), ErrorReason.EtagMismatch);
        await RefusedAsync(() => Room.SuspendAsync(user.Name, etag: "7"), ErrorReason.EtagMismatch);

        Assert.That(unknown.Fields.Select(f => f.Field), Is.EqualTo(new[] { "update_mask", "update_mask" }));
        Assert.That(unknown.Fields.Select(f => f.Description), Has.Some.Contains("'state'").And.Some.Contains("'nonsense'"));
        Assert.That(new[] { malformed, emptied }.Select(e => e.Fields.Single().Field), Is.All.EqualTo("user.email"));
        Assert.That(nameless.Fields.Single().Field, Is.EqualTo("user.name"));
        Assert.That(await Room.GetAsync(user.Name), Is.EqualTo(user));
        Assert.That(await Room.EventsAsync(user.Name), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_mask_clears_what_it_names_and_output_only_fields_change_nothing()
    {
        var user = await Room.CreateAsync("ada@example.com");

        var cleared = await Room.UpdateAsync(
            Update(user.Name, u => (u.State, u.CreateTime) = (State.Deleted, Timestamp.FromDateTime(DateTime.UtcNow)), "display_name"));

        Assert.That(cleared, Is.EqualTo(new User(user) { DisplayName = string.Empty, Etag = "2", UpdateTime = cleared.UpdateTime }));
    }

    [Test]
    public async Task Somebody_signed_in_gets_the_same_answer_for_another_user_as_for_none()
    {
        var ada = await Room.CreateAsync("ada@example.com");
        var bob = await Room.CreateAsync("bob@example.com");
        var self = UserRoom.SignedIn(ada.Name);

        Assert.That((await Room.GetAsync(ada.Name, self)).Email, Is.EqualTo("ada@example.com"));
        foreach (var other in (string[])[bob.Name, $"users/{Guid.CreateVersion7()}"])
        {
            foreach (var call in (Func<Task>[])
                [
                    () => Room.GetAsync(other, self),
                    () => Room.UpdateAsync(Update(other, u => u.DisplayName = "X"), self),
                    () => Room.DeleteAsync(other, self),
                ])
            {
                var error = await RefusedAsync(call, ErrorReason.ResourceNotFound);
                Assert.That(error.ToStatus(), Is.EqualTo(DomainError.NotFound(other).ToStatus()));
            }
        }

        Assert.That(await Room.GetAsync(bob.Name), Is.EqualTo(bob));
    }

    private static UpdateUserRequest Update(string name, Action<User> change, params string[] mask)
    {
        var request = new UpdateUserRequest { User = new User { Name = name } };
        change(request.User);
        if (mask.Length > 0)
        {
            request.UpdateMask = new FieldMask { Paths = { mask } };
        }

        return request;
    }

    private static Guid Id(User user) => Guid.Parse(user.Name["users/".Length..]);

    private static string Fixed(byte number) => new Guid(number, 0, 0, [0, 0, 0, 0, 0, 0, 0, 0]).ToString();
}
