using NUnit.Framework;
using Suite.Contracts.Common.V1;
using Suite.Contracts.Users.V1;
using Suite.Platform.Errors;
using Suite.Users.Domain;
using State = Suite.Contracts.Users.V1.User.Types.State;

namespace Suite.Tests.Unit.Users;

internal sealed class UserAccountTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Later = Now.AddMinutes(1);

    private readonly UserAccount _user = UserAccount.Create(EmailAddress.Parse("ada@example.com", "user.email"), "Ada", Now);

    [Test]
    public void A_new_user_is_active_and_has_an_etag()
    {
        var proto = _user.ToProto();

        Assert.That(proto.Name, Is.EqualTo($"users/{_user.Id}"));
        Assert.That(proto.State, Is.EqualTo(State.Active));
        Assert.That(proto.Etag, Is.EqualTo("1"));
        Assert.That(proto.CreateTime.ToDateTimeOffset(), Is.EqualTo(Now));
    }

    [Test]
    public void An_id_tells_the_time() => Assert.That(_user.Id.Version, Is.EqualTo(7));

    [Test]
    public void An_event_holds_nothing_personal() => Assert.That(_user.ToEvent(null).ToString(), Does.Not.Contain("ada").IgnoreCase);

    [Test]
    public void Every_transition_is_a_version_and_an_event()
    {
        var suspended = _user.Suspend(Later);
        var active = suspended.Reactivate(Later);
        var deleted = active.Delete(Later);

        Assert.That(new[] { suspended, active, deleted }.Select(u => (u.State, u.Version)), Is.EqualTo(new[]
        {
            (State.Suspended, 2L), (State.Active, 3L), (State.Deleted, 4L),
        }));
        Assert.That(suspended.ToEvent(_user), Is.TypeOf<UserSuspended>());
        Assert.That(active.ToEvent(suspended), Is.TypeOf<UserReactivated>());
        Assert.That(deleted.ToEvent(active), Is.TypeOf<UserDeleted>());
        Assert.That(suspended.Delete(Later).ToEvent(suspended), Is.TypeOf<UserDeleted>(), "from suspended too");
    }

    [Test]
    public void What_changes_nothing_is_the_very_same_user()
    {
        var suspended = _user.Suspend(Later);
        var deleted = _user.Delete(Later);

        Assert.That(suspended.Suspend(Later), Is.SameAs(suspended));
        Assert.That(_user.Reactivate(Later), Is.SameAs(_user));
        Assert.That(deleted.Delete(Later), Is.SameAs(deleted));
        Assert.That(_user.Update(null, "Ada", Later), Is.SameAs(_user));
    }

    [Test]
    public void A_deleted_user_has_nothing_personal_and_no_way_back()
    {
        var deleted = _user.Delete(Later);

        Assert.That((deleted.Email, deleted.DisplayName), Is.EqualTo((string.Empty, string.Empty)));
        foreach (var step in (Action[])[() => deleted.Suspend(Later), () => deleted.Reactivate(Later), () => deleted.Update(null, "X", Later)])
        {
            var error = Assert.Throws<DomainException>(() => step());
            Assert.That(error!.Reason, Is.EqualTo(ErrorReason.UserStateConflict));
            Assert.That(error.Preconditions.Single().Subject, Is.EqualTo(deleted.Name));
        }
    }

    [Test]
    public void Times_never_run_backwards() =>
        Assert.That(_user.Suspend(Later).Reactivate(Now).UpdateTime, Is.EqualTo(Later));

    [Test]
    public void An_etag_of_another_version_is_refused_and_an_empty_one_asks_for_nothing()
    {
        Assert.That(_user.Match("1"), Is.SameAs(_user));
        Assert.That(_user.Match(string.Empty), Is.SameAs(_user));
        Assert.That(Assert.Throws<DomainException>(() => _user.Match("01"))!.Reason, Is.EqualTo(ErrorReason.EtagMismatch));
    }
}
