using System.Globalization;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Suite.Contracts.Common.V1;
using Suite.Contracts.Orders.V1;
using Suite.Platform.Errors;
using Suite.Platform.Monetary;
using Suite.Platform.Naming;
using Suite.Platform.Security;
using State = Suite.Contracts.Orders.V1.Order.Types.State;

namespace Suite.Orders.Domain;

/// <summary>
/// An order and its rules: PENDING to CONFIRMED, REJECTED or CANCELLED; CONFIRMED to CANCELLED. Every transition raises the
/// version by one and is an event; one that is not allowed can not be written.
/// </summary>
internal sealed record Order
{
    public const string Collection = "orders";
    public const string Customers = "users";
    public const string Payments = "payments";

    private Order()
    {
    }

    public required Guid Id { get; init; }

    public required Guid CustomerId { get; init; }

    public required MoneyAmount Total { get; init; }

    public IReadOnlyList<OrderLine> Lines { get; init; } = [];

    public required State State { get; init; }

    public string StateReason { get; init; } = string.Empty;

    public Guid? PaymentId { get; init; }

    public required long Version { get; init; }

    public required DateTimeOffset CreateTime { get; init; }

    public required DateTimeOffset UpdateTime { get; init; }

    public string Name => ResourceName.Format(Collection, Id);

    public string Etag => Version.ToString(CultureInfo.InvariantCulture);

    /// <summary>Whether nothing can follow.</summary>
    public bool IsFinal => State is State.Rejected or State.Cancelled;

    /// <summary>Whether a caller may know of this order. For who may not there is none.</summary>
    public bool IsKnownTo(Caller caller) => caller.MayKnowOf(ResourceName.Format(Customers, CustomerId));

    /// <summary>Places an order: amounts from the price book, in one currency, in integers that can not wrap.</summary>
    /// <exception cref="DomainException">INVALID_ARGUMENT (CURRENCY_MISMATCH, AMOUNT_OUT_OF_RANGE).</exception>
    public static Order Place(Guid customerId, IReadOnlyList<OrderLine> lines, DateTimeOffset now)
    {
        var currency = lines[0].UnitPrice.CurrencyCode;
        var total = (Int128)0;
        for (var i = 0; i < lines.Count; i++)
        {
            if (lines[i].UnitPrice.CurrencyCode != currency)
            {
                throw DomainError.InvalidArgument(
                    $"order.lines[{i}].product",
                    $"is priced in {lines[i].UnitPrice.CurrencyCode}, the first line in {currency}; an order has one currency.",
                    ErrorReason.CurrencyMismatch);
            }

            total += (Int128)lines[i].UnitPrice.MinorUnits * lines[i].Quantity;
            if (total > long.MaxValue)
            {
                throw DomainError.InvalidArgument(
                    $"order.lines[{i}].quantity", "makes the total larger than 64 bits of minor units.", ErrorReason.AmountOutOfRange);
            }
        }

        return new Order
        {
            Id = Guid.CreateVersion7(now),
            CustomerId = customerId,
            Lines = lines,
            Total = new MoneyAmount((long)total, currency),
            State = State.Pending,
            Version = 1,
            CreateTime = now,
            UpdateTime = now,
        };
    }

    /// <summary>An order as the record has it.</summary>
    public static Order Restore(
        Guid id,
        Guid customerId,
        MoneyAmount total,
        Guid? paymentId,
        State state,
        string stateReason,
        long version,
        DateTimeOffset createTime,
        DateTimeOffset updateTime) => new()
        {
            Id = id,
            CustomerId = customerId,
            Total = total,
            PaymentId = paymentId,
            State = state,
            StateReason = stateReason,
            Version = version,
            CreateTime = createTime,
            UpdateTime = updateTime,
        };

    /// <summary>The payment is authorized. Changes nothing once the order has left PENDING: who cancels releases the payment.</summary>
    public Order Confirm(Guid paymentId, DateTimeOffset now) =>
        State == State.Pending ? Next(State.Confirmed, string.Empty, now) with { PaymentId = paymentId } : this;

    /// <summary>The payment was declined. Changes nothing once the order has left PENDING.</summary>
    public Order Reject(Guid paymentId, string reason, DateTimeOffset now) =>
        State == State.Pending ? Next(State.Rejected, reason, now) with { PaymentId = paymentId } : this;

    /// <summary>The customer, or nobody's answer, ends the order before it is fulfilled.</summary>
    /// <exception cref="DomainException">FAILED_PRECONDITION (ORDER_STATE_CONFLICT).</exception>
    public Order Cancel(string reason, DateTimeOffset now) =>
        State is State.Pending or State.Confirmed
            ? Next(State.Cancelled, reason, now)
            : throw DomainError.FailedPrecondition(
                ErrorReason.OrderStateConflict, Name, $"The order is {State.ToString().ToUpperInvariant()}; only PENDING and CONFIRMED orders can be cancelled.");

    /// <summary>The suite itself ends the order, as far as it is not fulfilled. Changes nothing at an order that is over.</summary>
    public Order CancelFor(string reason, DateTimeOffset now) =>
        State is State.Pending or State.Confirmed ? Next(State.Cancelled, reason, now) : this;

    /// <summary>The event that tells of the state this order has just come to.</summary>
    public IMessage ToEvent(string paymentMethod = "")
    {
        var time = Timestamp.FromDateTimeOffset(UpdateTime);
        return State switch
        {
            State.Pending => new OrderPlaced
            {
                Order = Name,
                Version = Version,
                Customer = ResourceName.Format(Customers, CustomerId),
                Total = Total.ToProto(),
                PaymentMethod = paymentMethod,
                PlaceTime = time,
            },
            State.Confirmed => new OrderConfirmed
            {
                Order = Name,
                Version = Version,
                Payment = ResourceName.Format(Payments, PaymentId!.Value),
                ConfirmTime = time,
            },
            State.Rejected => new OrderRejected { Order = Name, Version = Version, Reason = StateReason, RejectTime = time },
            State.Cancelled => new OrderCancelled { Order = Name, Version = Version, Reason = StateReason, CancelTime = time },
            _ => throw new InvalidOperationException($"No event tells of {State}."),
        };
    }

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
    };

    private Order Next(State state, string reason, DateTimeOffset now) => this with
    {
        State = state,
        StateReason = reason,
        Version = Version + 1,
        // Clocks of replicas differ; the times of one order never run backwards.
        UpdateTime = now > UpdateTime ? now : UpdateTime,
    };
}
