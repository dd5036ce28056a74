using Suite.Contracts.Orders.V1;
using Suite.Contracts.Payments.V1;
using Suite.Contracts.Users.V1;
using Suite.Faults.History;
using EventType = Suite.Contracts.Orders.V1.OrderEvent.Types.Type;
using Kind = Suite.Contracts.Payments.V1.Payment.Types.Step.Types.Kind;
using StepOutcome = Suite.Contracts.Payments.V1.Payment.Types.Step.Types.Outcome;

namespace Suite.Faults.Checking;

/// <summary>Each change that was committed was told on its topic.</summary>
internal sealed class PublishedAtLeastOnce : Property
{
    public override IEnumerable<Violation> Check(Evidence evidence)
    {
        var told = evidence.Published.Select(message => (message.Type, message.Subject, Of: OfWhat(message))).ToHashSet();
        return Changes(evidence)
            .Where(change => !told.Contains((change.Type, change.Subject, change.Of)))
            .Select(change => Broken($"{change.Subject} changed, and no {change.Type} was published of it ({change.Of}).", change.Record));
    }

    /// <summary>What tells one event of a type and a subject from the others: the version of an order, the step of a payment.</summary>
    public static string OfWhat(EventSeen message) => message.Version > 0 ? $"version {message.Version}" : message.Step.Length > 0 ? $"step {message.Step}" : string.Empty;

    /// <summary>The same of an event as the record has it: what makes no version is told apart by its step.</summary>
    public static string OfWhat(OrderEventFacts e) => !MakesNoVersion(e.Type) ? $"version {e.Version}" : e.Step.Length > 0 ? $"step {e.Step}" : string.Empty;

    /// <summary>Whether an event makes a version of the order: no other may make the same.</summary>
    public static bool MakesVersion(EventType type) => TypeOf(type) is not null && !MakesNoVersion(type);

    /// <summary>The CloudEvents type that tells of an event of an order; null where none does.</summary>
    public static string? TypeOf(EventType type) => type switch
    {
        EventType.Placed => OrderPlaced.Descriptor.FullName,
        EventType.Confirmed => OrderConfirmed.Descriptor.FullName,
        EventType.Rejected => OrderRejected.Descriptor.FullName,
        EventType.Cancelled => OrderCancelled.Descriptor.FullName,
        EventType.Fulfilled => OrderFulfilled.Descriptor.FullName,
        EventType.Refunded => OrderRefunded.Descriptor.FullName,
        EventType.ActionRequired => OrderActionRequired.Descriptor.FullName,
        EventType.FulfillmentStarted or EventType.RefundStarted => OrderStepStarted.Descriptor.FullName,
        EventType.FulfillmentFailed or EventType.RefundFailed => OrderStepFailed.Descriptor.FullName,
        _ => null,
    };

    /// <summary>The CloudEvents type that tells of the end of a payment's step; null where none does.</summary>
    public static string? TypeOf(StepFacts step) => (step.Kind, step.Outcome) switch
    {
        (Kind.Authorize, StepOutcome.Done) => PaymentAuthorized.Descriptor.FullName,
        (Kind.Authorize, StepOutcome.Refused) => PaymentDeclined.Descriptor.FullName,
        (Kind.Capture, StepOutcome.Done) => PaymentCaptured.Descriptor.FullName,
        (Kind.Refund, StepOutcome.Done) => PaymentRefunded.Descriptor.FullName,
        (Kind.Void, StepOutcome.Done) => PaymentVoided.Descriptor.FullName,
        (Kind.Capture or Kind.Refund, StepOutcome.Refused) => PaymentStepRefused.Descriptor.FullName,
        _ => null,
    };

    private static bool MakesNoVersion(EventType type) =>
        type is EventType.FulfillmentStarted or EventType.FulfillmentFailed or EventType.RefundStarted or EventType.RefundFailed;

    private static IEnumerable<(string Type, string Subject, string Of, object Record)> Changes(Evidence evidence)
    {
        foreach (var user in evidence.Final.Users)
        {
            yield return (UserCreated.Descriptor.FullName, user.Name, "version 1", user);
        }

        foreach (var e in evidence.Final.Events)
        {
            if (TypeOf(e.Type) is { } type)
            {
                yield return (type, e.Order, OfWhat(e), e);
            }
        }

        foreach (var payment in evidence.Final.Payments)
        {
            foreach (var step in payment.Steps)
            {
                if (TypeOf(step) is { } type)
                {
                    yield return (type, payment.Name, step.Kind is Kind.Capture or Kind.Refund ? $"step {step.Id}" : string.Empty, payment);
                }
            }

            if (payment.State == Payment.Types.State.Voided)
            {
                yield return (PaymentVoided.Descriptor.FullName, payment.Name, string.Empty, payment);
            }
        }
    }
}
