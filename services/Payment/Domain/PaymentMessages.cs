using System.Collections.Frozen;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Google.Type;
using Suite.Contracts.Payments.V1;
using Suite.Platform.Monetary;
using Suite.Platform.Naming;
using Proto = Suite.Contracts.Payments.V1.Payment;
using State = Suite.Contracts.Payments.V1.Payment.Types.State;

namespace Suite.Payments.Domain;

/// <summary>What is told of a payment: to callers, and in events.</summary>
internal static class PaymentMessages
{
    private static readonly FrozenDictionary<int, string> StateNames = Proto.Descriptor.EnumTypes
        .Single(type => type.Name == nameof(State)).Values.ToFrozenDictionary(value => value.Number, value => value.Name);

    /// <summary>The state as the contract spells it, for example <c>PARTIALLY_REFUNDED</c>.</summary>
    public static string NameOf(State state) => StateNames[(int)state];

    /// <summary>The event that tells of the state an authorization has just come to.</summary>
    public static IMessage ToEvent(this Payment payment)
    {
        var (name, order) = (payment.Name, payment.OrderName);
        var time = Timestamp.FromDateTimeOffset(payment.UpdateTime);
        return payment.State switch
        {
            State.Authorized => new PaymentAuthorized
            {
                Payment = name,
                Order = order,
                Amount = payment.Amount.ToProto(),
                ProviderReference = payment.ProviderReference,
                AuthorizeTime = time,
                Version = payment.Version,
            },
            State.Declined => new PaymentDeclined
            {
                Payment = name,
                Order = order,
                Reason = payment.DeclineReason,
                DeclineTime = time,
                Version = payment.Version,
            },
            State.Voided => VoidedEvent(payment),
            State.RequiresAction => new PaymentActionRequired
            {
                Payment = name,
                Order = order,
                ExpireTime = Timestamp.FromDateTimeOffset(payment.ActionExpireTime!.Value),
                ActionTime = time,
                Version = payment.Version,
            },
            _ => throw new InvalidOperationException($"No event tells of {payment.State}."),
        };
    }

    /// <summary>The event of a step that was done; <paramref name="payment"/> is as it came of it.</summary>
    public static IMessage ToDone(this PaymentStep step, Payment payment)
    {
        var (name, order, id) = (payment.Name, payment.OrderName, step.Id.ToString());
        var amount = new MoneyAmount(step.Plan.AmountMinor, payment.Amount.CurrencyCode).ToProto();
        var time = Timestamp.FromDateTimeOffset(payment.UpdateTime);
        return step.Plan.Kind switch
        {
            StepKind.Capture => new PaymentCaptured
            {
                Payment = name,
                Order = order,
                Step = id,
                Amount = amount,
                CapturedAmount = payment.MoneyOf(payment.CapturedMinor),
                Final = payment.HeldMinor == 0,
                CaptureTime = time,
                Version = payment.Version,
            },
            StepKind.Void => VoidedEvent(payment),
            StepKind.Refund => new PaymentRefunded
            {
                Payment = name,
                Order = order,
                Step = id,
                Amount = amount,
                RefundedAmount = payment.MoneyOf(payment.RefundedMinor),
                RefundTime = time,
                Version = payment.Version,
            },
            _ => throw new InvalidOperationException($"No event tells of a {step.Plan.Kind}."),
        };
    }

    /// <summary>The event of a capture or refund that was refused.</summary>
    public static IMessage ToRefused(this PaymentStep step, Payment payment) => new PaymentStepRefused
    {
        Payment = payment.Name,
        Order = payment.OrderName,
        Step = step.Id.ToString(),
        Reason = step.DeclineReason,
        RefuseTime = Timestamp.FromDateTimeOffset(payment.UpdateTime),
        Version = payment.Version,
    };

    /// <summary>The payment as callers see it, without its steps.</summary>
    public static Proto ToProto(this Payment payment) => new()
    {
        Name = payment.Name,
        Order = payment.OrderName,
        Amount = payment.Amount.ToProto(),
        CapturedAmount = payment.MoneyOf(payment.CapturedMinor),
        RefundedAmount = payment.MoneyOf(payment.RefundedMinor),
        ReservedAmount = payment.MoneyOf(payment.CapturingMinor + payment.RefundingMinor),
        DisputedAmount = payment.MoneyOf(payment.DisputedMinor),
        State = payment.State,
        DeclineReason = payment.DeclineReason,
        ProviderReference = payment.ProviderReference,
        Provider = payment.Provider,
        Customer = payment.CustomerId is { } customer ? ResourceName.Format(Payment.Customers, customer) : string.Empty,
        NextAction = payment.State == State.RequiresAction
            ? new Proto.Types.NextAction
            {
                RedirectUri = payment.NextActionUri,
                ExpireTime = Timestamp.FromDateTimeOffset(payment.ActionExpireTime!.Value),
            }
            : null,
        AuthorizationExpireTime = payment.AuthorizationExpireTime is { } expires ? Timestamp.FromDateTimeOffset(expires) : null,
        VoidReason = payment.State == State.Voided || payment.ReleasedMinor > 0 ? payment.VoidReason : string.Empty,
        CreateTime = Timestamp.FromDateTimeOffset(payment.CreateTime),
        UpdateTime = Timestamp.FromDateTimeOffset(payment.UpdateTime),
        Etag = payment.Etag,
    };

    /// <summary>The payment with its steps, oldest first: its authorization, and what came after it.</summary>
    public static Proto ToProto(this Payment payment, IEnumerable<PaymentStep> steps)
    {
        var proto = payment.ToProto();
        if (payment.IsOpen || payment.OutcomeTime is not null)
        {
            proto.Steps.Add(AuthorizationOf(payment));
        }

        proto.Steps.AddRange(steps.OrderBy(step => step.CreateTime).ThenBy(step => step.Id).Select(step => new Proto.Types.Step
        {
            Id = step.Id.ToString(),
            Kind = (Proto.Types.Step.Types.Kind)step.Plan.Kind,
            Amount = new MoneyAmount(step.Plan.AmountMinor, payment.Amount.CurrencyCode).ToProto(),
            Outcome = (Proto.Types.Step.Types.Outcome)step.State,
            DeclineReason = step.DeclineReason,
            ProviderReference = step.ProviderReference,
            Attempts = step.Attempts,
            CreateTime = Timestamp.FromDateTimeOffset(step.CreateTime),
            OutcomeTime = step.OutcomeTime is { } time ? Timestamp.FromDateTimeOffset(time) : null,
        }));
        return proto;
    }

    private static PaymentVoided VoidedEvent(Payment payment) => new()
    {
        Payment = payment.Name,
        Order = payment.OrderName,
        VoidTime = Timestamp.FromDateTimeOffset(payment.UpdateTime),
        Reason = payment.VoidReason,
        Version = payment.Version,
    };

    // The authorization's key is the payment's own id.
    private static Proto.Types.Step AuthorizationOf(Payment payment) => new()
    {
        Id = payment.Id.ToString(),
        Kind = Proto.Types.Step.Types.Kind.Authorize,
        Amount = payment.Amount.ToProto(),
        Outcome = payment switch
        {
            { State: State.Pending } when payment.Attempts == 0 => Proto.Types.Step.Types.Outcome.Intended,
            { IsOpen: true } => Proto.Types.Step.Types.Outcome.Unknown,
            { State: State.Declined } => Proto.Types.Step.Types.Outcome.Refused,
            _ => Proto.Types.Step.Types.Outcome.Done,
        },
        DeclineReason = payment.DeclineReason,
        ProviderReference = payment.ProviderReference,
        Attempts = payment.Attempts,
        CreateTime = Timestamp.FromDateTimeOffset(payment.CreateTime),
        OutcomeTime = payment.OutcomeTime is { } time ? Timestamp.FromDateTimeOffset(time) : null,
    };

    private static Money? MoneyOf(this Payment payment, long minorUnits) =>
        minorUnits == 0 ? null : new MoneyAmount(minorUnits, payment.Amount.CurrencyCode).ToProto();
}
