using Google.Protobuf;
using NUnit.Framework;
using Suite.Contracts.Orders.V1;
using Suite.Platform.Errors;
using Suite.Platform.Idempotency;
using Suite.Platform.Security;

namespace Suite.Tests.Unit.Platform;

internal sealed class RequestKeyTests
{
    private const string Id = "01a20f4a-59e9-4e1b-84f3-041e5cc1ad1d";

    private static readonly Caller s_backend = new() { Kind = CallerKind.ApiKey, Name = $"apiKeys/{Guid.NewGuid()}" };

    [Test]
    public void The_same_request_has_the_same_key()
    {
        var key = RequestKey.Of("CancelOrder", Id, Request("x"), s_backend);
        var again = RequestKey.Of("CancelOrder", Id, Request("x"), s_backend);

        Assert.That(key.Id, Is.EqualTo(Guid.Parse(Id)));
        Assert.That(key.Hash, Has.Length.EqualTo(32).And.EqualTo(again.Hash));
        Assert.That(key.LockKey, Is.EqualTo(again.LockKey));
    }

    [Test]
    public void Another_body_has_another_hash() =>
        Assert.That(RequestKey.Of("CancelOrder", Id, Request("x"), s_backend).Hash, Is.Not.EqualTo(RequestKey.Of("CancelOrder", Id, Request("y"), s_backend).Hash));

    [Test]
    public void Another_method_has_another_hash() =>
        Assert.That(RequestKey.Of("A", Id, Request("x"), s_backend).Hash, Is.Not.EqualTo(RequestKey.Of("B", Id, Request("x"), s_backend).Hash));

    [Test]
    public void The_method_and_the_body_do_not_run_into_each_other()
    {
        var body = Request("x");
        var first = (char)body.ToByteArray()[0];
        Assert.That(
            RequestKey.Of("A" + first, Id, Parse(body.ToByteArray()[1..]), s_backend).Hash,
            Is.Not.EqualTo(RequestKey.Of("A", Id, body, s_backend).Hash));

        static CancelOrderRequest Parse(byte[] bytes)
        {
            try
            {
                return CancelOrderRequest.Parser.ParseFrom(bytes);
            }
            catch (InvalidProtocolBufferException)
            {
                return new CancelOrderRequest();
            }
        }
    }

    [Test]
    public void Two_users_never_meet_in_one_request_id_and_a_user_meets_only_itself()
    {
        var (anna, berta) = (User(), User());

        var keys = new[] { anna, berta, s_backend }.Select(caller => RequestKey.Of("CancelOrder", Id, Request("x"), caller)).ToArray();

        Assert.That(keys.Select(key => key.Id), Is.Unique);
        Assert.That(keys.Select(key => Convert.ToHexString(key.Hash)), Is.Unique);
        Assert.That(RequestKey.Of("CancelOrder", Id, Request("x"), anna with { Session = "sessions/2" }).Id, Is.EqualTo(keys[0].Id), "whatever the session");
    }

    [Test]
    public void A_backend_that_changed_its_key_finds_what_it_asked_with_the_last_one()
    {
        var changed = s_backend with { Name = $"apiKeys/{Guid.NewGuid()}" };

        var (before, after) = (RequestKey.Of("CancelOrder", Id, Request("x"), s_backend), RequestKey.Of("CancelOrder", Id, Request("x"), changed));

        Assert.That((after.Id, Convert.ToHexString(after.Hash)), Is.EqualTo((before.Id, Convert.ToHexString(before.Hash))));
    }

    [TestCase("")]
    [TestCase("x")]
    [TestCase("01a20f4a-59e9-4e1b-84f3")]
    public void What_is_no_uuid_is_refused(string id) =>
        Assert.That(Assert.Throws<DomainException>(() => RequestKey.Of("A", id, Request("x"), s_backend))!.Fields.Single().Field, Is.EqualTo("request_id"));

    private static Caller User() => new() { Kind = CallerKind.User, Name = $"users/{Guid.NewGuid()}", Session = "sessions/1" };

    private static CancelOrderRequest Request(string reason) => new() { Name = "orders/1", Reason = reason, RequestId = Id };
}
