using System.Globalization;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Suite.Contracts.Payments.V1;
using Suite.Platform.Monetary;
using Suite.Platform.Naming;
using State = Suite.Contracts.Payments.V1.Payment.Types.State;

namespace Suite.Payments.Domain;

/// <summary>
/// The money side of one order and its rules: PENDING to AUTHORIZED, DECLINED or (when the provider was never asked) VOIDED;
/// AUTHORIZED to VOIDED. Every transition raises the version by one, is an event, and posts what it moves.
/// </summary>
internal sealed record Payment
{
    public const string Collection = "payments";
    public const string Orders = "orders";
    public const string Customers = "users";

    private Payment()
    {
    }

    public required Guid Id { get; init; }

    public required Guid OrderId { get; init; }

    /// <summary>Whose order it is; null for payments from before that was kept.</summary>
    public Guid? CustomerId { get; init; }

    public required MoneyAmount Amount { get; init; }

    public required State State { get; init; }

    public string DeclineReason { get; init; } = string.Empty;

    public string ProviderReference { get; init; } = string.Empty;

    /// <summary>The order was cancelled: what is held, or will turn out to be held, is to be released.</summary>
    public bool VoidRequested { get; init; }

    public required long Version { get; init; }

    public required DateTimeOffset CreateTime { get; init; }

    public required DateTimeOffset UpdateTime { get; init; }

    public string Name => ResourceName.Format(Collection, Id);

    public string OrderName => ResourceName.Format(Orders, OrderId);

    public string Etag => Version.ToString(CultureInfo.InvariantCulture);

    /// <summary>The intent to authorize, before anyone was asked.</summary>
    public static Payment Intend(Guid orderId, Guid? customerId, MoneyAmount amount, DateTimeOffset now) => new()
    {
        Id = Guid.CreateVersion7(now),
        OrderId = orderId,
        CustomerId = customerId,
        Amount = amount,
        State = State.Pending,
        Version = 1,
        CreateTime = now,
        UpdateTime = now,
    };

    /// <summary>A payment as the record has it.</summary>
    public static Payment Restore(
        Guid id,
        Guid orderId,
        Guid? customerId,
        MoneyAmount amount,
        State state,
        string declineReason,
        string providerReference,
        bool voidRequested,
        long version,
        DateTimeOffset createTime,
        DateTimeOffset updateTime) => new()
        {
            Id = id,
            OrderId = orderId,
            CustomerId = customerId,
            Amount = amount,
            State = state,
            DeclineReason = declineReason,
            ProviderReference = providerReference,
            VoidRequested = voidRequested,
            Version = version,
            CreateTime = createTime,
            UpdateTime = updateTime,
        };

    /// <summary>The provider holds the amount.</summary>
    /// <exception cref="InvalidOperationException">The payment is not PENDING.</exception>
    public Payment Authorize(string providerReference, DateTimeOffset now) =>
        Next(State.Pending, State.Authorized, now) with { ProviderReference = providerReference };

    /// <summary>The provider refused.</summary>
    /// <exception cref="InvalidOperationException">The payment is not PENDING.</exception>
    public Payment Decline(string reason, DateTimeOffset now) =>
        Next(State.Pending, State.Declined, now) with { DeclineReason = reason };

    /// <summary>The provider let go of the amount.</summary>
    /// <exception cref="InvalidOperationException">The payment is not AUTHORIZED.</exception>
    public Payment Void(DateTimeOffset now) => Next(State.Authorized, State.Voided, now);

    /// <summary>
    /// The order was cancelled. Closes an intent the provider was never asked about; otherwise asks for what is held, or may
    /// come to be held, to be released. Changes nothing at a payment that is over.
    /// </summary>
    /// <param name="asked">Whether the provider may know of the payment.</param>
    /// <param name="now">The present.</param>
    public Payment RequestVoid(bool asked, DateTimeOffset now) => State switch
    {
        State.Pending when !asked => Next(State.Pending, State.Voided, now) with { VoidRequested = true },
        State.Pending or State.Authorized => this with { VoidRequested = true },
        _ => this,
    };

    /// <summary>The event that tells of the state this payment has just come to.</summary>
    public IMessage ToEvent()
    {
        var time = Timestamp.FromDateTimeOffset(UpdateTime);
        return State switch
        {
            State.Authorized => new PaymentAuthorized
            {
                Payment = Name,
                Order = OrderName,
                Amount = Amount.ToProto(),
                ProviderReference = ProviderReference,
                AuthorizeTime = time,
            },
            State.Declined => new PaymentDeclined { Payment = Name, Order = OrderName, Reason = DeclineReason, DeclineTime = time },
            State.Voided => new PaymentVoided { Payment = Name, Order = OrderName, VoidTime = time },
            _ => throw new InvalidOperationException($"No event tells of {State}."),
        };
    }

    public Contracts.Payments.V1.Payment ToProto() => new()
    {
        Name = Name,
        Order = OrderName,
        Amount = Amount.ToProto(),
        State = State,
        DeclineReason = DeclineReason,
        ProviderReference = ProviderReference,
        CreateTime = Timestamp.FromDateTimeOffset(CreateTime),
        UpdateTime = Timestamp.FromDateTimeOffset(UpdateTime),
        Etag = Etag,
    };

    private Payment Next(State from, State to, DateTimeOffset now) => State == from
        ? this with
        {
            State = to,
            Version = Version + 1,
            // Clocks of replicas differ; the times of one payment never run backwards.
            UpdateTime = now > UpdateTime ? now : UpdateTime,
        }
        : throw new InvalidOperationException($"{Name} is {State}; only from {from} it can become {to}.");
}
