using Suite.Payments.Domain;
using Suite.Payments.Ledger;
using Suite.Payments.Providers;
using Suite.Payments.Storage;
using Suite.Platform.Errors;
using Suite.Platform.Idempotency;
using Suite.Platform.Monetary;
using State = Suite.Contracts.Payments.V1.Payment.Types.State;

namespace Suite.Payments.Features;

/// <summary>
/// What an answer of the provider changes, whether it came as the reply to a call, by a webhook or because somebody asked: one command
/// that has its effect once. What is answered already is not changed again, and nothing goes backwards.
/// </summary>
internal static class ProviderAnswers
{
    /// <summary>What the answer to a capture, void or refund changes; null when that is nothing, or it is no answer for good.</summary>
    /// <param name="payment">The payment, locked.</param>
    /// <param name="step">The step, under the same lock.</param>
    /// <param name="answer">What the provider says.</param>
    /// <param name="now">The present.</param>
    public static PaymentChange? ToStep(Payment payment, PaymentStep step, ProviderAnswer answer, DateTimeOffset now)
    {
        if (!step.IsOpen)
        {
            return null;
        }

        var change = answer switch
        {
            ProviderAnswer.Approved approved =>
                Done(payment, step with { State = StepState.Done, ProviderReference = approved.Reference }, now),
            ProviderAnswer.Declined declined =>
                Refused(payment, step with { State = StepState.Refused, DeclineReason = declined.Reason }, now),
            _ => null,
        };
        return change is null ? null : change with { Call = step.RequestHash is { } hash ? new RequestKey(step.Id, hash) : null };
    }

    /// <summary>What the answer to an authorization changes; null when that is nothing, or it is no answer yet.</summary>
    /// <param name="payment">The payment, locked.</param>
    /// <param name="answer">What the provider says.</param>
    /// <param name="options">How long an amount is held where the provider does not say, and how long a card's holder may take.</param>
    /// <param name="now">The present.</param>
    public static PaymentChange? ToAuthorization(Payment payment, ProviderAnswer answer, PaymentOptions options, DateTimeOffset now)
    {
        if (Authorized(payment, answer, options, now) is not { } after)
        {
            return null;
        }

        return new PaymentChange(after)
        {
            Postings = after.State == State.Authorized
                ? [PostingTemplates.Authorized(after, after.Provider, after.Id, after.UpdateTime)]
                : [],
            Events = [after.ToEvent()],
            Call = after is { RequestId: { } id, RequestHash: { } hash } ? new RequestKey(id, hash) : null,
        }.ThenVoidWhatIsDue();
    }

    /// <summary>The payment as the answer to its authorization leaves it; null when it says nothing new.</summary>
    public static Payment? Authorized(Payment payment, ProviderAnswer answer, PaymentOptions options, DateTimeOffset now) => answer switch
    {
        _ when !payment.IsOpen => null,
        ProviderAnswer.Approved approved =>
            payment.Authorize(approved.Reference, approved.ExpireTime ?? now + options.AuthorizationLifetime, now),
        ProviderAnswer.Declined declined => payment.Decline(declined.Reason, now),
        ProviderAnswer.ActionRequired action when payment.State == State.Pending =>
            payment.RequireAction(action.Reference, action.RedirectUri, Earlier(action.ExpireTime, now + options.ActionLifetime), now),
        _ => null,
    };

    /// <summary>Whether an answer says the opposite of what was taken for certain: nothing is changed, and somebody has to look.</summary>
    public static bool Contradicts(PaymentStep step, ProviderAnswer answer) => (step.State, answer) switch
    {
        (StepState.Done, ProviderAnswer.Declined) or (StepState.Refused, ProviderAnswer.Approved) => true,
        _ => false,
    };

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;

    private static PaymentChange Done(Payment payment, PaymentStep step, DateTimeOffset now)
    {
        var after = payment.Complete(step.Plan, now);
        var answered = step with { OutcomeTime = after.UpdateTime };
        var amount = new MoneyAmount(step.Plan.AmountMinor, payment.Amount.CurrencyCode);
        var posting = step.Plan.Kind switch
        {
            StepKind.Capture => PostingTemplates.Captured(
                after,
                after.Provider,
                step.Id,
                amount,
                amount with { MinorUnits = after.ReleasedMinor - payment.ReleasedMinor },
                after.UpdateTime),
            StepKind.Void => PostingTemplates.Released(
                after, after.Provider, step.Id, amount with { MinorUnits = after.ReleasedMinor - payment.ReleasedMinor }, after.UpdateTime),
            StepKind.Refund => PostingTemplates.Refunded(after, after.Provider, step.Id, amount, after.UpdateTime),
            _ => throw new InvalidOperationException($"A {step.Plan.Kind} is no step of its own."),
        };
        var change = new PaymentChange(after) { Answered = answered, Postings = [posting], Events = [answered.ToDone(after)] }.ThenVoidWhatIsDue();
        // Begun once, by what made it due: a refund that was refused is for people to look at.
        return step.Plan.Kind == StepKind.Refund ? change : change.ThenRefundWhatIsDue();
    }

    private static PaymentChange Refused(Payment payment, PaymentStep step, DateTimeOffset now)
    {
        var after = payment.Refuse(step.Plan, now);
        var answered = step with { OutcomeTime = after.UpdateTime };
        return new PaymentChange(after)
        {
            Answered = answered,
            Events = step.Plan.Kind == StepKind.Void ? [] : [answered.ToRefused(after)],
            Refusal = DomainError.ProviderRefused(payment.Name, step.DeclineReason),
        }.ThenVoidWhatIsDue();
    }
}
