using System.Collections.Immutable;
using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Suite.Contracts.Orders.V1;
using Suite.Platform.Errors;
using Suite.Platform.Monetary;
using Suite.Platform.Naming;
using Suite.Platform.Security;
using EventType = Suite.Contracts.Orders.V1.OrderEvent.Types.Type;
using State = Suite.Contracts.Orders.V1.Order.Types.State;

namespace Suite.Orders.Domain;

/// <summary>
/// An order and its rules: PENDING to CONFIRMED, REJECTED or CANCELLED; CONFIRMED to FULFILLED or CANCELLED; FULFILLED to
/// PARTIALLY_REFUNDED to REFUNDED. Every transition raises the version by one and is an event; one that is not allowed can not be
/// written. What Payment has a part in is a step that begins and then ends, see <see cref="OrderSteps"/>.
/// </summary>
internal sealed record Order
{
    public const string Collection = "orders";
    public const string Customers = "users";
    public const string Payments = "payments";

    /// <summary>The reason of an order that waits for the holder of the card.</summary>
    public const string RequiresAction = "requires_action";

    public required Guid Id { get; init; }

    public required Guid CustomerId { get; init; }

    public required MoneyAmount Total { get; init; }

    /// <summary>How much of the total was given back, in minor units.</summary>
    public long RefundedMinor { get; init; }

    /// <summary>The lines by their number; empty where only the order itself was read.</summary>
    public IReadOnlyList<OrderLine> Lines { get; init; } = [];

    public IReadOnlyList<Adjustment> Adjustments { get; init; } = [];

    public required State State { get; init; }

    public string StateReason { get; init; } = string.Empty;

    public Guid? PaymentId { get; init; }

    /// <summary>The fulfilment that is running: while it is, nothing else can become of the order.</summary>
    public Guid? FulfilmentId { get; init; }

    public required long Version { get; init; }

    public required DateTimeOffset CreateTime { get; init; }

    public required DateTimeOffset UpdateTime { get; init; }

    /// <summary>The place of what happened last, among what happened in this version; read where the order is locked.</summary>
    public short LastPlace { get; init; }

    /// <summary>When that was; a step that has only begun moves no time of the order.</summary>
    public DateTimeOffset LastTime { get; init; }

    /// <summary>What happened to it since it was read, to be saved with it.</summary>
    public ImmutableArray<OrderChange> Changes { get; init; } = [];

    public string Name => ResourceName.Format(Collection, Id);

    public string Etag => Version.ToString(CultureInfo.InvariantCulture);

    /// <summary>Whether nothing can follow.</summary>
    public bool IsFinal => State is State.Rejected or State.Cancelled or State.Refunded;

    /// <summary>Whether it can still end before it is fulfilled.</summary>
    public bool IsOpen => State is State.Pending or State.Confirmed && FulfilmentId is null;

    /// <summary>Whether a caller may know of this order. For who may not there is none.</summary>
    public bool IsKnownTo(Caller caller) => caller.MayKnowOf(ResourceName.Format(Customers, CustomerId));

    /// <summary>Places an order: amounts from the price book, in one currency, and the adjustments split over the lines.</summary>
    /// <exception cref="DomainException">INVALID_ARGUMENT (CURRENCY_MISMATCH, AMOUNT_OUT_OF_RANGE, INVALID_REQUEST).</exception>
    public static Order Place(Guid customerId, IReadOnlyList<OrderLine> lines, IReadOnlyList<Adjustment> adjustments, DateTimeOffset now)
    {
        var (total, priced) = Pricing.Of(lines, adjustments);
        return new Order
        {
            Id = Guid.CreateVersion7(now),
            CustomerId = customerId,
            Lines = priced,
            Adjustments = adjustments,
            Total = total,
            State = State.Pending,
            Version = 1,
            CreateTime = now,
            UpdateTime = now,
        };
    }

    /// <summary>The payment is authorized. Changes nothing once the order has left PENDING: who cancels releases the payment.</summary>
    public Order Confirm(Guid paymentId, DateTimeOffset now, string by = Actors.Payment) =>
        State == State.Pending ? (this with { PaymentId = paymentId }).Next(EventType.Confirmed, State.Confirmed, string.Empty, now, by) : this;

    /// <summary>The payment was declined. Changes nothing once the order has left PENDING.</summary>
    public Order Reject(Guid paymentId, string reason, DateTimeOffset now, string by = Actors.Payment) =>
        State == State.Pending ? (this with { PaymentId = paymentId }).Next(EventType.Rejected, State.Rejected, reason, now, by) : this;

    /// <summary>The payment wants something of the holder of the card. The order stays PENDING, and says so once.</summary>
    public Order RequireAction(Guid paymentId, DateTimeOffset now, string by = Actors.Payment) =>
        State == State.Pending && StateReason != RequiresAction
            ? (this with { PaymentId = paymentId }).Next(EventType.ActionRequired, State.Pending, RequiresAction, now, by)
            : this;

    /// <summary>Whoever may ends the order before it is fulfilled.</summary>
    /// <exception cref="DomainException">FAILED_PRECONDITION (ORDER_STATE_CONFLICT); ABORTED (STEP_IN_PROGRESS) while it is being fulfilled.</exception>
    public Order Cancel(string reason, DateTimeOffset now, string by = Actors.Order)
    {
        if (State is not (State.Pending or State.Confirmed))
        {
            throw OrderGuards.Conflict(this, "only PENDING and CONFIRMED orders can be cancelled");
        }

        return FulfilmentId is null ? CancelFor(reason, now, by) : throw DomainError.StepInProgress(Name);
    }

    /// <summary>The suite itself ends the order, as far as it is not fulfilled or being fulfilled. Changes nothing at any other.</summary>
    public Order CancelFor(string reason, DateTimeOffset now, string by = Actors.Order) =>
        IsOpen ? Next(EventType.Cancelled, State.Cancelled, reason, now, by) : this;

    /// <summary>The event that tells of an order that was just placed.</summary>
    public OrderPlaced ToPlaced(string paymentMethod, string actor) => new()
    {
        Order = Name,
        Version = Version,
        Customer = ResourceName.Format(Customers, CustomerId),
        Total = Total.ToProto(),
        PaymentMethod = paymentMethod,
        PlaceTime = Timestamp.FromDateTimeOffset(UpdateTime),
        Actor = actor,
        Lines = { Lines.Select(line => line.ToProto()) },
    };

    public Contracts.Orders.V1.Order ToProto() => new()
    {
        Name = Name,
        Customer = ResourceName.Format(Customers, CustomerId),
        Lines = { Lines.Select(line => line.ToProto()) },
        Total = Total.ToProto(),
        Payment = PaymentId is { } payment ? ResourceName.Format(Payments, payment) : string.Empty,
        State = State,
        StateReason = StateReason,
        CreateTime = Timestamp.FromDateTimeOffset(CreateTime),
        UpdateTime = Timestamp.FromDateTimeOffset(UpdateTime),
        Etag = Etag,
        Version = Version,
        Adjustments = { Adjustments.Select(adjustment => adjustment.ToProto()) },
        RefundedAmount = RefundedMinor > 0 ? (Total with { MinorUnits = RefundedMinor }).ToProto() : null,
    };

    /// <summary>The next version, which is an event.</summary>
    internal Order Next(EventType type, State state, string reason, DateTimeOffset now, string by, OrderStep? step = null)
    {
        var at = Later(now);
        var next = this with { State = state, StateReason = reason, Version = Version + 1, UpdateTime = at, LastPlace = -1, LastTime = at };
        OrderGuards.Check(next);
        return next.With(type, by, step, at);
    }

    /// <summary>Something happened to the order as it is now: for itself, it makes no version.</summary>
    internal Order With(EventType type, string by, OrderStep? step, DateTimeOffset at, string? note = null)
    {
        var change = new OrderChange(type, State, StateReason, PaymentId, Version, at, by)
        {
            Place = (short)(LastPlace + 1),
            Note = note ?? step?.Reason,
            AmountMinor = step?.AmountMinor,
            StepId = step?.Id,
        };
        return this with { Changes = Changes.Add(change with { Event = OrderEvents.Of(this, change) }), LastPlace = change.Place, LastTime = at };
    }

    /// <summary>A time that is not before anything that happened to the order: clocks of replicas differ, and its times never run backwards.</summary>
    internal DateTimeOffset Later(DateTimeOffset now) => new[] { now, UpdateTime, LastTime }.Max();
}
