using Google.Protobuf;
using NUnit.Framework;
using Suite.Contracts.Orders.V1;
using Suite.Platform.Errors;
using Suite.Platform.Idempotency;

namespace Suite.Tests.Unit.Platform;

internal sealed class RequestKeyTests
{
    private const string Id = "01a20f4a-59e9-4e1b-84f3-041e5cc1ad1d";

    [Test]
    public void The_same_request_has_the_same_key()
    {
        var key = RequestKey.Of("CancelOrder", Id, Request("x"));
        var again = RequestKey.Of("CancelOrder", Id, Request("x"));

        Assert.That(key.Id, Is.EqualTo(Guid.Parse(Id)));
        Assert.That(key.Hash, Has.Length.EqualTo(32).And.EqualTo(again.Hash));
        Assert.That(key.LockKey, Is.EqualTo(again.LockKey));
    }

    [Test]
    public void Another_body_has_another_hash() =>
        Assert.That(RequestKey.Of("CancelOrder", Id, Request("x")).Hash, Is.Not.EqualTo(RequestKey.Of("CancelOrder", Id, Request("y")).Hash));

    [Test]
    public void Another_method_has_another_hash() =>
        Assert.That(RequestKey.Of("A", Id, Request("x")).Hash, Is.Not.EqualTo(RequestKey.Of("B", Id, Request("x")).Hash));

    [Test]
    public void The_method_and_the_body_do_not_run_into_each_other()
    {
        var body = Request("x");
        var first = (char)body.ToByteArray()[0];
        Assert.That(
            RequestKey.Of("A" + first, Id, Parse(body.ToByteArray()[1..])).Hash,
            Is.Not.EqualTo(RequestKey.Of("A", Id, body).Hash));

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

    [TestCase("")]
    [TestCase("x")]
    [TestCase("01a20f4a-59e9-4e1b-84f3")]
    public void What_is_no_uuid_is_refused(string id) =>
        Assert.That(Assert.Throws<DomainException>(() => RequestKey.Of("A", id, Request("x")))!.Fields.Single().Field, Is.EqualTo("request_id"));

    private static CancelOrderRequest Request(string reason) => new() { Name = "orders/1", Reason = reason, RequestId = Id };
}
