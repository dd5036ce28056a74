using System.Collections.Frozen;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Suite.Contracts.Orders.V1;
using Suite.Contracts.Payments.V1;
using Suite.Contracts.Users.V1;
using Suite.Platform.Errors;
using Suite.Platform.Messaging;
using Suite.Platform.Monetary;
using Suite.Platform.Naming;
using Suite.Platform.Telemetry;
using EventType = Suite.Contracts.Orders.V1.OrderEvent.Types.Type;
using Money = Google.Type.Money;
using Order = Suite.Orders.Domain.Order;
using State = Suite.Contracts.Orders.V1.Order.Types.State;

namespace Suite.Orders.Timelines;

/// <summary>What an event adds to the documents: an entry, and whose document it belongs to.</summary>
/// <param name="Owner">The order, or for <see cref="TimelineChain.Customer"/> the customer.</param>
/// <param name="Entry">The entry.</param>
internal sealed record TimelineChange(Guid Owner, TimelineEntry Entry)
{
    /// <summary>The customer of an order that was just placed.</summary>
    public Guid? CustomerId { get; init; }
}

/// <summary>Reads the events of the three topics.</summary>
internal static class TimelineEvents
{
    private static readonly FrozenDictionary<string, Func<IncomingMessage, TimelineChange>> s_readers = new Dictionary<string, Func<IncomingMessage, TimelineChange>>
    {
        [OrderPlaced.Descriptor.FullName] = Of(OrderPlaced.Parser, e => OfOrder(e.Order, e.Version, EventType.Placed, e.PlaceTime, e.Actor, State.Pending, amount: e.Total) with
        {
            CustomerId = Id(Order.Customers, e.Customer),
        }),
        [OrderConfirmed.Descriptor.FullName] = Of(
            OrderConfirmed.Parser, e => OfOrder(e.Order, e.Version, EventType.Confirmed, e.ConfirmTime, e.Actor, State.Confirmed)),
        [OrderRejected.Descriptor.FullName] = Of(
            OrderRejected.Parser, e => OfOrder(e.Order, e.Version, EventType.Rejected, e.RejectTime, e.Actor, State.Rejected, e.Reason)),
        [OrderCancelled.Descriptor.FullName] = Of(
            OrderCancelled.Parser, e => OfOrder(e.Order, e.Version, EventType.Cancelled, e.CancelTime, e.Actor, State.Cancelled, e.Reason)),
        [OrderActionRequired.Descriptor.FullName] = Of(
            OrderActionRequired.Parser,
            e => OfOrder(e.Order, e.Version, EventType.ActionRequired, e.ActionTime, e.Actor, State.Pending, Order.RequiresAction)),
        [OrderFulfilled.Descriptor.FullName] = Of(
            OrderFulfilled.Parser,
            e => OfOrder(e.Order, e.Version, EventType.Fulfilled, e.FulfillTime, e.Actor, State.Fulfilled, e.Reason, e.Amount, e.Step)),
        [OrderRefunded.Descriptor.FullName] = Of(
            OrderRefunded.Parser,
            e => OfOrder(
                e.Order, e.Version, EventType.Refunded, e.RefundTime, e.Actor, e.Final ? State.Refunded : State.PartiallyRefunded, e.Reason, e.Amount, e.Step)),
        [OrderStepStarted.Descriptor.FullName] = Of(
            OrderStepStarted.Parser, e => OfOrder(e.Order, e.Version, Beside(e.Type), e.StartTime, e.Actor, null, e.Reason, e.Amount, e.Step, e.Place)),
        [OrderStepFailed.Descriptor.FullName] = Of(
            OrderStepFailed.Parser, e => OfOrder(e.Order, e.Version, Beside(e.Type), e.FailTime, e.Actor, null, e.Reason, e.Amount, e.Step, e.Place)),

        [PaymentAuthorized.Descriptor.FullName] = Of(
            PaymentAuthorized.Parser, e => OfPayment(e.Order, e.Version, EventType.PaymentAuthorized, e.AuthorizeTime, amount: e.Amount)),
        [PaymentDeclined.Descriptor.FullName] = Of(
            PaymentDeclined.Parser, e => OfPayment(e.Order, e.Version, EventType.PaymentDeclined, e.DeclineTime, e.Reason)),
        [PaymentActionRequired.Descriptor.FullName] = Of(
            PaymentActionRequired.Parser, e => OfPayment(e.Order, e.Version, EventType.PaymentActionRequired, e.ActionTime)),
        [PaymentCaptured.Descriptor.FullName] = Of(
            PaymentCaptured.Parser, e => OfPayment(e.Order, e.Version, EventType.PaymentCaptured, e.CaptureTime, amount: e.Amount, step: e.Step)),
        [PaymentRefunded.Descriptor.FullName] = Of(
            PaymentRefunded.Parser, e => OfPayment(e.Order, e.Version, EventType.PaymentRefunded, e.RefundTime, amount: e.Amount, step: e.Step)),
        [PaymentVoided.Descriptor.FullName] = Of(
            PaymentVoided.Parser, e => OfPayment(e.Order, e.Version, EventType.PaymentVoided, e.VoidTime, e.Reason)),
        [PaymentStepRefused.Descriptor.FullName] = Of(
            PaymentStepRefused.Parser, e => OfPayment(e.Order, e.Version, EventType.PaymentStepRefused, e.RefuseTime, e.Reason, step: e.Step)),
        [PaymentDisputed.Descriptor.FullName] = Of(
            PaymentDisputed.Parser, e => OfPayment(e.Order, e.Version, EventType.PaymentDisputed, e.DisputeTime, e.State, e.Amount)),

        [UserSuspended.Descriptor.FullName] = Of(UserSuspended.Parser, e => OfCustomer(e.User, e.Version, EventType.CustomerSuspended, e.SuspendTime)),
        [UserReactivated.Descriptor.FullName] = Of(
            UserReactivated.Parser, e => OfCustomer(e.User, e.Version, EventType.CustomerReactivated, e.ReactivateTime)),
        [UserDeleted.Descriptor.FullName] = Of(UserDeleted.Parser, e => OfCustomer(e.User, e.Version, EventType.CustomerDeleted, e.DeleteTime)),
    }.ToFrozenDictionary();

    /// <summary>What a message adds; null for one that belongs to no order's story.</summary>
    /// <exception cref="PoisonMessageException">It is not what its type says.</exception>
    public static TimelineChange? Read(IncomingMessage message)
    {
        if (!s_readers.TryGetValue(message.Type, out var read))
        {
            return null;
        }

        var change = read(message);
        return change with { Entry = change.Entry with { TraceId = TraceContext.Of(message).TraceId } };
    }

    private static Func<IncomingMessage, TimelineChange> Of<T>(MessageParser<T> parser, Func<T, TimelineChange> read)
        where T : IMessage<T> => message => read(message.Read(parser));

    private static TimelineChange OfOrder(
        string order,
        long version,
        EventType type,
        Timestamp? time,
        string actor,
        State? state,
        string reason = "",
        Money? amount = null,
        string step = "",
        int place = 0) => new(Id(Order.Collection, order), new TimelineEntry(TimelineChain.Order, Counted(version), type, TimeOf(time))
        {
            Place = place,
            Actor = actor,
            Reason = reason,
            State = state,
            Amount = AmountOf(amount),
            Step = StepOf(step),
        });

    private static TimelineChange OfPayment(
        string order, long version, EventType type, Timestamp? time, string reason = "", Money? amount = null, string step = "") => new(
        Id(Order.Collection, order), new TimelineEntry(TimelineChain.Payment, Counted(version), type, TimeOf(time))
        {
            Actor = Domain.Actors.Payment,
            Reason = reason,
            Amount = AmountOf(amount),
            Step = StepOf(step),
        });

    private static TimelineChange OfCustomer(string user, long version, EventType type, Timestamp? time) => new(
        Id(Order.Customers, user), new TimelineEntry(TimelineChain.Customer, Counted(version), type, TimeOf(time)) { Actor = "services/user" });

    private static EventType Beside(EventType type) =>
        TimelineEntry.IsStart(type) || type is EventType.FulfillmentFailed or EventType.RefundFailed ? type : throw new PoisonMessageException("malformed_type");

    private static long Counted(long version) => version > 0 ? version : throw new PoisonMessageException("no_version");

    private static DateTimeOffset TimeOf(Timestamp? time) => time?.ToDateTimeOffset() ?? throw new PoisonMessageException("no_time");

    private static Guid Id(string collection, string name) =>
        ResourceName.TryParseGuid(collection, name, out var id) ? id : throw new PoisonMessageException("malformed_name");

    private static Guid? StepOf(string step) =>
        step.Length == 0 ? null : Guid.TryParse(step, out var id) ? id : throw new PoisonMessageException("malformed_step");

    private static MoneyAmount? AmountOf(Money? amount)
    {
        try
        {
            return amount is null ? null : MoneyAmount.FromProto(amount, "amount");
        }
        catch (DomainException e)
        {
            throw new PoisonMessageException("malformed_amount", e);
        }
    }
}
