using Suite.Contracts.Common.V1;
using Suite.Platform.Errors;
using State = Suite.Contracts.Payments.V1.Payment.Types.State;

namespace Suite.Payments.Domain;

/// <summary>
/// What is done with what is held and what was taken. What a step may use is reserved when it begins, before the provider is asked; from
/// AUTHORIZED on the state follows from the sums: what is held is taken or released, each unit once, and what was taken may be given back.
/// </summary>
internal sealed partial record Payment
{
    private bool VoidIsRunning => VoidRequested && State == State.Authorized;

    /// <summary>Begins a capture: reserves what it may take.</summary>
    /// <param name="minorUnits">How much; all that is left when null.</param>
    /// <param name="moreToFollow">Whether what is left stays held.</param>
    /// <param name="now">The present.</param>
    /// <exception cref="DomainException">PAYMENT_STATE_CONFLICT, STEP_IN_PROGRESS or AMOUNT_NOT_AVAILABLE.</exception>
    public (Payment After, StepPlan? Step) BeginCapture(long? minorUnits, bool moreToFollow, DateTimeOffset now)
    {
        if (State == State.Pending || VoidIsRunning || CapturingMinor > 0)
        {
            throw DomainError.StepInProgress(Name);
        }

        if (State != State.Authorized)
        {
            throw Conflict("only an AUTHORIZED payment can be captured");
        }

        var amount = Available(minorUnits, CapturableMinor);
        var isFinal = !moreToFollow || amount == CapturableMinor;
        return (Next(now) with { CapturingMinor = amount }, new StepPlan(StepKind.Capture, amount, isFinal));
    }

    /// <summary>Begins a void; one of a payment that holds nothing is over at once, without a step.</summary>
    /// <exception cref="DomainException">PAYMENT_STATE_CONFLICT or STEP_IN_PROGRESS.</exception>
    public (Payment After, StepPlan? Step) BeginVoid(string reason, DateTimeOffset now)
    {
        if (State == State.Pending || VoidIsRunning || CapturingMinor > 0)
        {
            throw DomainError.StepInProgress(Name);
        }

        if (State != State.Authorized)
        {
            throw Conflict("only an AUTHORIZED payment can be voided");
        }

        return Amount.MinorUnits == 0
            ? (RequestVoid(reason, now), null)
            : (Next(now) with { VoidRequested = true, VoidReason = reason }, PlanVoid());
    }

    /// <summary>The void that releases all that is held.</summary>
    public StepPlan PlanVoid() => new(StepKind.Void, HeldMinor, IsFinal: true);

    /// <summary>Begins a refund: reserves what it may give back.</summary>
    /// <param name="minorUnits">How much; all that is left when null.</param>
    /// <param name="now">The present.</param>
    /// <exception cref="DomainException">PAYMENT_STATE_CONFLICT, PAYMENT_DISPUTED or AMOUNT_NOT_AVAILABLE.</exception>
    public (Payment After, StepPlan? Step) BeginRefund(long? minorUnits, DateTimeOffset now)
    {
        if (DisputedMinor > 0)
        {
            throw DomainError.FailedPrecondition(
                ErrorReason.PaymentDisputed,
                Name,
                $"{Name} is disputed: nothing of it is given back while that is open, or after it was lost.");
        }

        if (CapturedMinor == 0)
        {
            throw Conflict("only what was captured can be given back");
        }

        var amount = Available(minorUnits, RefundableMinor);
        return (Next(now) with { RefundingMinor = RefundingMinor + amount }, new StepPlan(StepKind.Refund, amount, IsFinal: false));
    }

    /// <summary>The provider did what a step asked for.</summary>
    /// <exception cref="InvalidOperationException">The payment has no such step.</exception>
    public Payment Complete(StepPlan step, DateTimeOffset now) => step.Kind switch
    {
        StepKind.Capture when step.AmountMinor <= CapturingMinor => Derive(Next(now) with
        {
            CapturingMinor = CapturingMinor - step.AmountMinor,
            CapturedMinor = CapturedMinor + step.AmountMinor,
            ReleasedMinor = step.IsFinal ? Amount.MinorUnits - CapturedMinor - step.AmountMinor : ReleasedMinor,
        }),
        StepKind.Void when step.AmountMinor == HeldMinor && VoidIsDue =>
            Derive(Next(now) with { ReleasedMinor = ReleasedMinor + step.AmountMinor }),
        StepKind.Refund when step.AmountMinor <= RefundingMinor => Derive(Next(now) with
        {
            RefundingMinor = RefundingMinor - step.AmountMinor,
            RefundedMinor = RefundedMinor + step.AmountMinor,
        }),
        _ => throw Impossible($"complete a {step.Kind}"),
    };

    /// <summary>The provider refused a step for good: what was reserved for it is free again.</summary>
    /// <exception cref="InvalidOperationException">The payment has no such step.</exception>
    public Payment Refuse(StepPlan step, DateTimeOffset now) => step.Kind switch
    {
        StepKind.Capture when step.AmountMinor <= CapturingMinor => Next(now) with { CapturingMinor = CapturingMinor - step.AmountMinor },
        StepKind.Void when VoidIsDue => Next(now) with { VoidRequested = false, VoidReason = string.Empty },
        StepKind.Refund when step.AmountMinor <= RefundingMinor =>
            Next(now) with { RefundingMinor = RefundingMinor - step.AmountMinor },
        _ => throw Impossible($"refuse a {step.Kind}"),
    };

    private static Payment Derive(Payment payment) => payment with
    {
        State = payment switch
        {
            _ when payment.Amount.MinorUnits - payment.CapturedMinor - payment.ReleasedMinor > 0 => State.Authorized,
            { CapturedMinor: 0 } => State.Voided,
            { RefundedMinor: 0 } => State.Captured,
            _ => payment.RefundedMinor == payment.CapturedMinor ? State.Refunded : State.PartiallyRefunded,
        },
    };

    private long Available(long? wanted, long left) => (wanted ?? left) is var amount && amount > 0 && amount <= left
        ? amount
        : throw DomainError.AmountNotAvailable(Name, left, Amount.CurrencyCode);

    private DomainException Conflict(string rule) => DomainError.FailedPrecondition(
        ErrorReason.PaymentStateConflict, Name, $"The payment is {PaymentMessages.NameOf(State)}; {rule}.");
}
