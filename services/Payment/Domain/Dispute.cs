using Google.Protobuf.WellKnownTypes;
using Suite.Contracts.Payments.V1;
using Suite.Platform.Monetary;
using Suite.Platform.Naming;

namespace Suite.Payments.Domain;

/// <summary>A payment that its payer wants back through their bank: OPEN, then WON or LOST for good.</summary>
internal sealed record Dispute
{
    public const string Collection = "disputes";

    public required Guid Id { get; init; }

    public required Guid PaymentId { get; init; }

    public required Guid OrderId { get; init; }

    public Guid? CustomerId { get; init; }

    public required string Provider { get; init; }

    public required string ProviderReference { get; init; }

    public required MoneyAmount Amount { get; init; }

    public required DisputeState State { get; init; }

    public required string Reason { get; init; }

    public required DateTimeOffset CreateTime { get; init; }

    public required DateTimeOffset UpdateTime { get; init; }

    public string Name => ResourceName.Format(Collection, Id);

    /// <summary>Decides it.</summary>
    /// <exception cref="InvalidOperationException">It was decided before.</exception>
    public Dispute Decide(DisputeState state, DateTimeOffset now) => State == DisputeState.Open && state != DisputeState.Open
        ? this with { State = state, UpdateTime = now > UpdateTime ? now : UpdateTime }
        : throw new InvalidOperationException($"{Name} is {State} and can not become {state}.");

    /// <summary>The event of what it has come to.</summary>
    /// <param name="payment">The payment, as it came of it.</param>
    public PaymentDisputed ToEvent(Payment payment) => new()
    {
        Payment = ResourceName.Format(Payment.Collection, PaymentId),
        Order = ResourceName.Format(Payment.Orders, OrderId),
        Dispute = Name,
        Amount = Amount.ToProto(),
        State = State.ToString().ToUpperInvariant(),
        DisputeTime = Timestamp.FromDateTimeOffset(UpdateTime),
        Version = payment.Version,
    };

    public Contracts.Payments.V1.Dispute ToProto() => new()
    {
        Name = Name,
        Payment = ResourceName.Format(Payment.Collection, PaymentId),
        Order = ResourceName.Format(Payment.Orders, OrderId),
        Amount = Amount.ToProto(),
        State = (Contracts.Payments.V1.Dispute.Types.State)State,
        Reason = Reason,
        ProviderReference = ProviderReference,
        CreateTime = Timestamp.FromDateTimeOffset(CreateTime),
        UpdateTime = Timestamp.FromDateTimeOffset(UpdateTime),
    };
}
