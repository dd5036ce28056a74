using System.Text;
using Confluent.Kafka;
using Google.Protobuf;
using Google.Type;
using Suite.Contracts.Orders.V1;
using Suite.Contracts.Payments.V1;
using Suite.Faults.History;
using Timestamp = Google.Protobuf.WellKnownTypes.Timestamp;

namespace Suite.Tests.Faults.History;

/// <summary>Messages are read by the contract alone, and what is none says so.</summary>
internal sealed class EventReadingTests
{
    private const string Order = "0a000000-0000-4000-8000-000000000001";

    private static readonly DateTimeOffset Time = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static OrderRefunded Refunded => new()
    {
        Order = $"orders/{Order}",
        Version = 4,
        Amount = new Money { CurrencyCode = "EUR", Units = 2 },
        RefundedAmount = new Money { CurrencyCode = "EUR", Units = 5 },
        RefundTime = Timestamp.FromDateTimeOffset(Time),
    };

    [Test]
    public void An_event_of_an_order_has_its_version_and_its_amounts()
    {
        var seen = Read(Message(Refunded, Order));

        Assert.That(seen.Problem, Is.Empty);
        Assert.That(
            (seen.Topic, seen.Partition, seen.Offset, seen.BrokerLife, seen.Key, seen.Type),
            Is.EqualTo(("suite.order.v1", 3, 42L, 2, Order, "suite.order.v1.OrderRefunded")));
        Assert.That((seen.Subject, seen.Version, seen.AmountMinor, seen.SumMinor, seen.Time), Is.EqualTo(($"orders/{Order}", 4L, 200L, 500L, Time)));
    }

    [Test]
    public void An_event_of_a_payment_has_its_order_and_its_step()
    {
        var seen = Read(Message(
            new PaymentCaptured
            {
                Payment = "payments/p1",
                Order = $"orders/{Order}",
                Step = "s1",
                Amount = new Money { CurrencyCode = "JPY", Units = 500 },
                CaptureTime = Timestamp.FromDateTimeOffset(Time),
            },
            Order));

        Assert.That(seen.Problem, Is.Empty);
        Assert.That((seen.Subject, seen.Order, seen.Step, seen.AmountMinor, seen.Version), Is.EqualTo(("payments/p1", $"orders/{Order}", "s1", 500L, 0L)));
    }

    [Test]
    public void The_same_words_have_the_same_digest_and_others_another()
    {
        var later = Refunded;
        later.Version = 5;

        var once = Read(Message(Refunded, Order)).Digest;
        Assert.That(Read(Message(Refunded, Order)).Digest, Is.EqualTo(once));
        Assert.That(Read(Message(later, Order)).Digest, Is.Not.EqualTo(once));
    }

    [Test]
    public void A_key_that_is_not_the_orders_id_is_a_problem() =>
        Assert.That(Read(Message(Refunded, "0b000000-0000-4000-8000-000000000001")).Problem, Does.Contain("key"));

    [Test]
    public void A_type_that_no_contract_has_is_a_problem()
    {
        var message = Message(Refunded, Order);
        message.Headers.Remove("ce_type");
        message.Headers.Add("ce_type", "suite.order.v1.OrderForgotten"u8.ToArray());

        Assert.That(Read(message).Problem, Does.Contain("OrderForgotten"));
    }

    [Test]
    public void A_body_that_is_none_is_a_problem()
    {
        var message = Message(Refunded, Order);
        message.Value = [1, 2, 3];

        Assert.That(Read(message).Problem, Does.Contain("body"));
    }

    [Test]
    public void A_message_without_an_id_is_a_problem()
    {
        var message = Message(Refunded, Order);
        message.Headers.Remove("ce_id");

        Assert.That(Read(message).Problem, Is.Not.Empty);
    }

    private static EventSeen Read(Message<byte[], byte[]> message) => EventReading.Read(
        new ConsumeResult<byte[], byte[]> { Topic = "suite.order.v1", Partition = 3, Offset = 42, Message = message }, TimeSpan.FromSeconds(1), brokerLife: 2);

    private static Message<byte[], byte[]> Message(IMessage body, string key) => new()
    {
        Key = Encoding.UTF8.GetBytes(key),
        Value = body.ToByteArray(),
        Headers = new Headers
        {
            { "ce_specversion", "1.0"u8.ToArray() },
            { "ce_id", Encoding.UTF8.GetBytes("0c000000-0000-4000-8000-000000000001") },
            { "ce_type", Encoding.UTF8.GetBytes(body.Descriptor.FullName) },
        },
    };
}
