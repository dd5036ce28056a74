using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using Confluent.Kafka;
using Google.Protobuf;
using Google.Type;
using Suite.Contracts.Orders.V1;
using Suite.Contracts.Payments.V1;
using Suite.Contracts.Users.V1;
using Timestamp = Google.Protobuf.WellKnownTypes.Timestamp;

namespace Suite.Faults.History;

/// <summary>Reads messages of the topics as anybody could, by the contract alone: CloudEvents in Kafka's binary mode, bodies of protobuf.</summary>
internal static class EventReading
{
    private static readonly FrozenDictionary<string, Func<ByteString, EventSeen, EventSeen>> Readers =
        new Dictionary<string, Func<ByteString, EventSeen, EventSeen>>
        {
            [UserCreated.Descriptor.FullName] = Of(UserCreated.Parser, (e, seen) => User(seen, e.User, e.Version, e.CreateTime)),
            [UserUpdated.Descriptor.FullName] = Of(UserUpdated.Parser, (e, seen) => User(seen, e.User, e.Version, e.UpdateTime)),
            [UserSuspended.Descriptor.FullName] = Of(UserSuspended.Parser, (e, seen) => User(seen, e.User, e.Version, e.SuspendTime)),
            [UserReactivated.Descriptor.FullName] = Of(UserReactivated.Parser, (e, seen) => User(seen, e.User, e.Version, e.ReactivateTime)),
            [UserDeleted.Descriptor.FullName] = Of(UserDeleted.Parser, (e, seen) => User(seen, e.User, e.Version, e.DeleteTime)),
            [SessionEnded.Descriptor.FullName] = Of(SessionEnded.Parser, (e, seen) => User(seen, e.User, 0, e.EndTime) with { Step = e.Session }),
            [OrderPlaced.Descriptor.FullName] = Of(OrderPlaced.Parser, (e, seen) => Order(seen, e.Order, e.Version, e.PlaceTime, e.Total)),
            [OrderConfirmed.Descriptor.FullName] = Of(OrderConfirmed.Parser, (e, seen) => Order(seen, e.Order, e.Version, e.ConfirmTime)),
            [OrderRejected.Descriptor.FullName] = Of(
                OrderRejected.Parser, (e, seen) => Order(seen, e.Order, e.Version, e.RejectTime) with { Reason = e.Reason }),
            [OrderCancelled.Descriptor.FullName] = Of(
                OrderCancelled.Parser, (e, seen) => Order(seen, e.Order, e.Version, e.CancelTime) with { Reason = e.Reason }),
            [OrderFulfilled.Descriptor.FullName] = Of(
                OrderFulfilled.Parser, (e, seen) => Order(seen, e.Order, e.Version, e.FulfillTime, e.Amount)),
            [OrderRefunded.Descriptor.FullName] = Of(
                OrderRefunded.Parser,
                (e, seen) => Order(seen, e.Order, e.Version, e.RefundTime, e.Amount) with { SumMinor = Amount.MinorOf(e.RefundedAmount) }),
            [OrderActionRequired.Descriptor.FullName] = Of(
                OrderActionRequired.Parser, (e, seen) => Order(seen, e.Order, e.Version, e.ActionTime)),
            // What makes no version is told apart by its step.
            [OrderStepStarted.Descriptor.FullName] = Of(
                OrderStepStarted.Parser, (e, seen) => Order(seen, e.Order, 0, e.StartTime, e.Amount) with { Step = e.Step }),
            [OrderStepFailed.Descriptor.FullName] = Of(
                OrderStepFailed.Parser, (e, seen) => Order(seen, e.Order, 0, e.FailTime, e.Amount) with { Step = e.Step, Reason = e.Reason }),
            [PaymentAuthorized.Descriptor.FullName] = Of(
                PaymentAuthorized.Parser, (e, seen) => Payment(seen, e.Payment, e.Order, e.AuthorizeTime, e.Amount)),
            [PaymentDeclined.Descriptor.FullName] = Of(
                PaymentDeclined.Parser, (e, seen) => Payment(seen, e.Payment, e.Order, e.DeclineTime) with { Reason = e.Reason }),
            [PaymentVoided.Descriptor.FullName] = Of(
                PaymentVoided.Parser, (e, seen) => Payment(seen, e.Payment, e.Order, e.VoidTime) with { Reason = e.Reason }),
            [PaymentActionRequired.Descriptor.FullName] = Of(
                PaymentActionRequired.Parser, (e, seen) => Payment(seen, e.Payment, e.Order, e.ActionTime)),
            [PaymentCaptured.Descriptor.FullName] = Of(
                PaymentCaptured.Parser,
                (e, seen) => Payment(seen, e.Payment, e.Order, e.CaptureTime, e.Amount) with { Step = e.Step, SumMinor = Amount.MinorOf(e.CapturedAmount) }),
            [PaymentRefunded.Descriptor.FullName] = Of(
                PaymentRefunded.Parser,
                (e, seen) => Payment(seen, e.Payment, e.Order, e.RefundTime, e.Amount) with { Step = e.Step, SumMinor = Amount.MinorOf(e.RefundedAmount) }),
            [PaymentStepRefused.Descriptor.FullName] = Of(
                PaymentStepRefused.Parser, (e, seen) => Payment(seen, e.Payment, e.Order, e.RefuseTime) with { Step = e.Step, Reason = e.Reason }),
            [PaymentDisputed.Descriptor.FullName] = Of(
                PaymentDisputed.Parser,
                (e, seen) => Payment(seen, e.Payment, e.Order, e.DisputeTime, e.Amount) with { Step = e.Dispute, Reason = e.State }),
        }.ToFrozenDictionary();

    /// <summary>Reads a message. One that can not be read is an entry as well, and says why.</summary>
    /// <param name="result">The message.</param>
    /// <param name="at">When it was read; see <see cref="Entry.At"/>.</param>
    /// <param name="brokerLife">See <see cref="EventSeen.BrokerLife"/>.</param>
    public static EventSeen Read(ConsumeResult<byte[], byte[]> result, TimeSpan at, int brokerLife)
    {
        var seen = new EventSeen
        {
            At = at,
            Topic = result.Topic,
            Partition = result.Partition.Value,
            Offset = result.Offset.Value,
            BrokerLife = brokerLife,
            Key = Encoding.UTF8.GetString(result.Message.Key ?? []),
            Id = Header(result.Message, "ce_id"),
            Type = Header(result.Message, "ce_type"),
            Digest = Convert.ToHexString(SHA256.HashData(result.Message.Value ?? []).AsSpan(0, 12)),
        };
        if (!Guid.TryParse(seen.Id, out _) || seen.Key.Length == 0 || Header(result.Message, "ce_specversion") != "1.0")
        {
            return seen with { Problem = "it is no CloudEvent with an id and a key" };
        }

        if (!Readers.TryGetValue(seen.Type, out var read))
        {
            return seen with { Problem = $"no contract has a type '{seen.Type}'" };
        }

        try
        {
            var facts = read(ByteString.CopyFrom(result.Message.Value ?? []), seen);
            var of = facts.Order.Length > 0 ? facts.Order : facts.Subject;
            return of.EndsWith($"/{seen.Key}", StringComparison.Ordinal) ? facts : facts with { Problem = $"its key is not the id of {of}" };
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or InvalidDataException or NullReferenceException)
        {
            return seen with { Problem = $"its body is no {seen.Type}: {e.Message}" };
        }
    }

    private static string Header(Message<byte[], byte[]> message, string name) =>
        message.Headers is { } headers && headers.TryGetLastBytes(name, out var bytes) ? Encoding.UTF8.GetString(bytes) : string.Empty;

    private static Func<ByteString, EventSeen, EventSeen> Of<T>(MessageParser<T> parser, Func<T, EventSeen, EventSeen> read)
        where T : IMessage<T> => (body, seen) => read(parser.ParseFrom(body), seen);

    private static EventSeen User(EventSeen seen, string user, long version, Timestamp time) =>
        seen with { Subject = user, Version = version, Time = time.ToDateTimeOffset() };

    private static EventSeen Order(EventSeen seen, string order, long version, Timestamp time, Money? amount = null) =>
        seen with { Subject = order, Version = version, Time = time.ToDateTimeOffset(), AmountMinor = Amount.MinorOf(amount) };

    private static EventSeen Payment(EventSeen seen, string payment, string order, Timestamp time, Money? amount = null) =>
        seen with { Subject = payment, Order = order, Time = time.ToDateTimeOffset(), AmountMinor = Amount.MinorOf(amount) };
}
