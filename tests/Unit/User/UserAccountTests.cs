using NUnit.Framework;
using Suite.Users.Domain;
using State = Suite.Contracts.Users.V1.User.Types.State;

namespace Suite.Tests.Unit.Users;

internal sealed class UserAccountTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

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
    public void An_event_holds_nothing_personal() => Assert.That(_user.ToCreatedEvent().ToString(), Does.Not.Contain("ada").IgnoreCase);
}
