using Grpc.Core;
using Suite.Contracts.Common.V1;
using Suite.Contracts.Orders.V1;
using Suite.Contracts.Users.V1;
using State = Suite.Contracts.Users.V1.User.Types.State;

namespace Suite.Tests.Component.Users;

internal sealed class DeleteUserTests : UserFixture
{
    [Test]
    public async Task A_user_with_open_orders_stays_and_up_to_ten_of_them_are_named()
    {
        var user = await Room.CreateAsync("ada@example.com");
        Place(user.Name, Order.Types.State.Confirmed, 9);
        Place(user.Name, Order.Types.State.Pending, 3);
        Place(user.Name, Order.Types.State.Cancelled, 1);
        Place($"users/{Guid.CreateVersion7()}", Order.Types.State.Pending, 1);

        var error = await RefusedAsync(() => Room.DeleteAsync(user.Name), ErrorReason.UserHasOpenOrders);

        Assert.That(error.Code, Is.EqualTo(StatusCode.FailedPrecondition));
        Assert.That(error.Preconditions, Has.Count.EqualTo(10));
        Assert.That(error.Preconditions.Select(p => p.Type), Is.All.EqualTo("USER_HAS_OPEN_ORDERS"));
        Assert.That(error.Preconditions.Select(p => p.Subject), Is.Unique.And.SubsetOf(Room.Orders.All.Select(o => o.Name)));
        Assert.That(await Room.GetAsync(user.Name), Is.EqualTo(user));
    }

    [Test]
    public async Task While_Order_does_not_answer_nobody_is_deleted()
    {
        var user = await Room.CreateAsync("ada@example.com");
        Room.Orders.Failure = StatusCode.Unavailable;

        var error = await RefusedAsync(() => Room.DeleteAsync(user.Name), ErrorReason.DependencyUnavailable);

        Assert.That(error.Code, Is.EqualTo(StatusCode.Unavailable));
        Assert.That(await Room.GetAsync(user.Name), Is.EqualTo(user));
        Assert.That(await Room.EventsAsync(user.Name), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task What_is_personal_is_gone_from_every_table()
    {
        var user = await Room.CreateAsync("Ada@example.com", "Countess", "correct horse battery", Guid.NewGuid().ToString());
        await Room.UpdateAsync(new UpdateUserRequest { User = new User { Name = user.Name, DisplayName = "Lovelace" } });
        Place(user.Name, Order.Types.State.Cancelled, 1);

        var deleted = await Room.DeleteAsync(user.Name, UserRoom.SignedIn(user.Name));

        Assert.That(deleted.State, Is.EqualTo(State.Deleted));
        Assert.That((deleted.Email, deleted.DisplayName), Is.EqualTo((string.Empty, string.Empty)));
        Assert.That(await Room.CountAsync("passwords"), Is.Zero);
        Assert.That(Room.Sessions.Ended.Last().Reason, Is.EqualTo(SessionEnded.Types.Reason.UserDeleted));
        Assert.That(await Room.CountAsync("users WHERE email IS NULL AND display_name = ''"), Is.EqualTo(1));
        Assert.That(await Room.CountAsync("idempotency"), Is.EqualTo(3));
        foreach (var text in (string[])["Ada", "Countess", "Lovelace"])
        {
            Assert.That(await Room.CountAsync($"idempotency WHERE position('{text}'::bytea IN response) > 0"), Is.Zero, text);
            Assert.That(await Room.CountAsync($"outbox WHERE position('{text}'::bytea IN payload) > 0"), Is.Zero, text);
        }
    }

    [Test]
    public async Task Calls_that_are_repeated_after_a_deletion_do_not_happen_again()
    {
        var create = Guid.NewGuid().ToString();
        var delete = Guid.NewGuid().ToString();
        var user = await Room.CreateAsync("ada@example.com", requestId: create);
        var deleted = await Room.DeleteAsync(user.Name, requestId: delete);
        Room.Orders.Failure = StatusCode.Unavailable;

        Assert.That(await Room.DeleteAsync(user.Name, requestId: delete), Is.EqualTo(deleted), "without asking anybody");
        Assert.That(await Room.DeleteAsync(user.Name), Is.EqualTo(deleted), "there is nothing left to delete");
        Assert.That(await Room.CreateAsync("ada@example.com", requestId: create), Is.EqualTo(deleted));
        Assert.That(await Room.CountAsync("users"), Is.EqualTo(1));
        Assert.That((await Room.EventsAsync(user.Name)).Select(e => e.Type), Is.EqualTo(new[] { "UserCreated", "UserDeleted" }));
    }

    [Test]
    public async Task The_address_of_a_deleted_user_is_free_again()
    {
        foreach (var _ in (int[])[1, 2])
        {
            var user = await Room.CreateAsync("ada@example.com");
            await Room.DeleteAsync(user.Name);
        }

        Assert.That((await Room.CreateAsync("ADA@example.com")).State, Is.EqualTo(State.Active));
    }

    [Test]
    public async Task Who_is_deleted_is_gone_for_themselves_and_erased_for_backends()
    {
        var user = await Room.CreateAsync("ada@example.com");
        var self = UserRoom.SignedIn(user.Name);
        await RefusedAsync(() => Room.DeleteAsync(user.Name, self, etag: "7"), ErrorReason.EtagMismatch);
        var deleted = await Room.DeleteAsync(user.Name, self, etag: "1");
        var rename = new UpdateUserRequest { User = new User { Name = user.Name, DisplayName = "X" } };

        Assert.That(await Room.GetAsync(user.Name), Is.EqualTo(deleted));
        await RefusedAsync(() => Room.GetAsync(user.Name, self), ErrorReason.ResourceNotFound);
        await RefusedAsync(() => Room.DeleteAsync(user.Name, self), ErrorReason.ResourceNotFound);
        await RefusedAsync(() => Room.UpdateAsync(rename.Clone(), self), ErrorReason.ResourceNotFound);
        await RefusedAsync(() => Room.UpdateAsync(rename.Clone()), ErrorReason.UserStateConflict);
        await RefusedAsync(() => Room.SuspendAsync(user.Name), ErrorReason.UserStateConflict);
        await RefusedAsync(() => Room.ReactivateAsync(user.Name), ErrorReason.UserStateConflict);
        await RefusedAsync(() => Room.DeleteAsync($"users/{Guid.CreateVersion7()}"), ErrorReason.ResourceNotFound);
    }

    private void Place(string customer, Order.Types.State state, int count)
    {
        for (var i = 0; i < count; i++)
        {
            Room.Orders.All.Add(new Order { Name = $"orders/{Guid.CreateVersion7()}", Customer = customer, State = state });
        }
    }
}
