using Suite.Payments.Domain;
using Suite.Platform.Monetary;

namespace Suite.Payments.Providers;

/// <summary>A capture, a void or a refund that the simulator is asked for.</summary>
/// <param name="Key">The idempotency key.</param>
/// <param name="Kind">What is asked for.</param>
/// <param name="AuthorizationKey">The key of the authorization it is about.</param>
/// <param name="Amount">How much; null for a void.</param>
/// <param name="IsFinal">Of a capture: whether the rest is released.</param>
internal sealed record SimulatorStepCall(string Key, StepKind Kind, string AuthorizationKey, MoneyAmount? Amount, bool IsFinal);

/// <summary>A step as the record has it.</summary>
/// <param name="Call">What the first call with its key asked for.</param>
/// <param name="Calls">How often it was asked for.</param>
/// <param name="AnswersOnCall">The call that does the work, from 1.</param>
/// <param name="Reference">What it is called when it is done, or will be at <paramref name="OutcomeTime"/>.</param>
/// <param name="DeclineReason">Why it is refused, or will be at <paramref name="OutcomeTime"/>.</param>
/// <param name="CreateTime">When it was asked for first.</param>
/// <param name="OutcomeTime">From when its outcome is told; null while the work is not done.</param>
internal sealed record SimulatorStep(
    SimulatorStepCall Call,
    int Calls,
    int AnswersOnCall,
    string? Reference,
    string? DeclineReason,
    DateTimeOffset CreateTime,
    DateTimeOffset? OutcomeTime)
{
    /// <summary>What the provider says of it; null when it does not know of it, since no call has done the work.</summary>
    public ProviderAnswer? AnswerAt(DateTimeOffset now) => this switch
    {
        { OutcomeTime: null } => null,
        _ when OutcomeTime > now => new ProviderAnswer.Pending(),
        { Reference: { } reference } => new ProviderAnswer.Approved(reference),
        _ => new ProviderAnswer.Declined(DeclineReason!),
    };
}

/// <summary>An authorization as the record has it.</summary>
/// <param name="Key">Its idempotency key.</param>
/// <param name="PaymentId">The payment it was told of.</param>
/// <param name="Amount">What it is about.</param>
/// <param name="Token">The token.</param>
/// <param name="IsHeld">Whether the amount was ever held: approved, by its holder too where they are asked.</param>
/// <param name="CapturedMinor">What was taken.</param>
/// <param name="RefundedMinor">What was given back or is about to be.</param>
/// <param name="DisputedMinor">What is taken back by disputes that are open or lost.</param>
/// <param name="IsReleased">Nothing is held any more.</param>
/// <param name="ExpireTime">When the hold ends by itself.</param>
internal sealed record SimulatorHold(
    string Key,
    Guid? PaymentId,
    MoneyAmount Amount,
    string Token,
    bool IsHeld,
    long CapturedMinor,
    long RefundedMinor,
    long DisputedMinor,
    bool IsReleased,
    DateTimeOffset? ExpireTime)
{
    /// <summary>Whether a dispute is to follow the step that led here.</summary>
    public bool IsFirstCapture { get; init; }

    public string Reference => SimulatedProvider.ReferencePrefix + Key;
}

/// <summary>The rules of the simulator, without any I/O: nobody takes more than is held, or gives back more than was taken.</summary>
internal static class SimulatorBook
{
    /// <summary>The step and the authorization after a call.</summary>
    /// <param name="call">What is asked for.</param>
    /// <param name="known">The step under the call's key, if there is one.</param>
    /// <param name="hold">The authorization.</param>
    /// <param name="now">The present.</param>
    /// <param name="later">When a pending outcome is told.</param>
    public static (SimulatorStep Step, SimulatorHold Hold) Answer(
        SimulatorStepCall call, SimulatorStep? known, SimulatorHold hold, DateTimeOffset now, DateTimeOffset later)
    {
        var script = SimulatorScript.For(hold.Token).Of(call.Kind);
        var step = known is null
            ? new SimulatorStep(call, 1, script.AnswersOnCall, null, null, now, null)
            : known with { Calls = known.Calls + 1 };
        if (step.OutcomeTime is not null || step.Calls < step.AnswersOnCall || step.Call != call)
        {
            return (step, hold);
        }

        var (after, broken) = Do(call, hold, now);
        var refusal = broken ?? script.DeclineReason;
        return (
            step with
            {
                Reference = refusal is null ? ReferenceOf(call) : null,
                DeclineReason = refusal,
                // What breaks a rule is refused at once.
                OutcomeTime = script.IsPending && broken is null ? later : now,
            },
            refusal is null ? after : hold);
    }

    /// <summary>What is held at a time, in minor units.</summary>
    public static long HeldMinor(SimulatorHold hold, DateTimeOffset now) =>
        hold.IsHeld && !hold.IsReleased && !(hold.ExpireTime <= now) ? hold.Amount.MinorUnits - hold.CapturedMinor : 0;

    private static (SimulatorHold After, string? Refusal) Do(SimulatorStepCall call, SimulatorHold hold, DateTimeOffset now)
    {
        if (call.Amount is { } amount && amount.CurrencyCode != hold.Amount.CurrencyCode)
        {
            return (hold, "currency_mismatch");
        }

        var minor = call.Amount?.MinorUnits ?? 0;
        return call.Kind switch
        {
            StepKind.Void => (hold with { IsReleased = true }, null),
            _ when minor <= 0 => (hold, "amount_too_small"),
            StepKind.Capture => Capture(call, minor, hold, now),
            StepKind.Refund => Refund(minor, hold),
            _ => throw new ArgumentOutOfRangeException(nameof(call), call.Kind, null),
        };
    }

    private static (SimulatorHold After, string? Refusal) Capture(
        SimulatorStepCall call, long minor, SimulatorHold hold, DateTimeOffset now)
    {
        if (!hold.IsHeld)
        {
            return (hold, "not_authorized");
        }

        if (hold.IsReleased)
        {
            return (hold, hold.CapturedMinor > 0 ? "already_captured" : "voided");
        }

        if (hold.ExpireTime <= now)
        {
            return (hold, "expired");
        }

        if (minor > hold.Amount.MinorUnits - hold.CapturedMinor)
        {
            return (hold, "amount_too_large");
        }

        return (
            hold with
            {
                CapturedMinor = hold.CapturedMinor + minor,
                IsReleased = call.IsFinal || hold.CapturedMinor + minor == hold.Amount.MinorUnits,
                IsFirstCapture = hold.CapturedMinor == 0,
            },
            null);
    }

    private static (SimulatorHold After, string? Refusal) Refund(long minor, SimulatorHold hold)
    {
        var left = hold.CapturedMinor - hold.RefundedMinor;
        if (minor > left)
        {
            return (hold, hold.CapturedMinor == 0 ? "not_captured" : "amount_too_large");
        }

        return minor > left - hold.DisputedMinor ? (hold, "disputed") : (hold with { RefundedMinor = hold.RefundedMinor + minor }, null);
    }

    private static string ReferenceOf(SimulatorStepCall call) => call.Kind switch
    {
        StepKind.Capture => "cap_" + call.Key,
        StepKind.Void => "void_" + call.Key,
        _ => "ref_" + call.Key,
    };
}
