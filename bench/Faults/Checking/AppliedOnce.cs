using Suite.Faults.History;
using EventType = Suite.Contracts.Orders.V1.OrderEvent.Types.Type;
using StepOutcome = Suite.Contracts.Payments.V1.Payment.Types.Step.Types.Outcome;

namespace Suite.Faults.Checking;

/// <summary>
/// What was told twice has had its effect once: one payment an order, one entry a change and a step in the history, the ledger and the
/// provider's record. What is told again is told in the same words, and a change is not told as two events.
/// </summary>
internal sealed class AppliedOnce : Property
{
    private static readonly EventType[] OncePerStep = [EventType.Fulfilled, EventType.Refunded, EventType.PaymentCaptured, EventType.PaymentRefunded];

    private static readonly EventType[] OncePerOrder =
    [
        EventType.Placed, EventType.Confirmed, EventType.Rejected, EventType.Cancelled, EventType.Fulfilled, EventType.ActionRequired,
        EventType.PaymentAuthorized, EventType.PaymentDeclined, EventType.PaymentVoided, EventType.CustomerDeleted,
    ];

    public override IEnumerable<Violation> Check(Evidence evidence)
    {
        var final = evidence.Final;
        return
        [
            .. Doubled(final.Orders, order => order.Name, "listed"),
            .. Doubled(final.Payments, payment => payment.Name, "listed"),
            .. Doubled(evidence.Payments.Values, payment => payment.Order, "paid"),
            .. Doubled(final.Events, e => $"event {e.Sequence} of {e.Order}", "listed"),
            .. Doubled(final.Events.Where(e => PublishedAtLeastOnce.MakesVersion(e.Type)), e => $"version {e.Version} of {e.Order}", "in the history"),
            .. Doubled(final.Events.Where(e => OncePerOrder.Contains(e.Type)), e => $"{e.Type} of {e.Order}", "in the history"),
            .. Doubled(final.Events.Where(e => OncePerStep.Contains(e.Type) && e.Step.Length > 0), e => $"{e.Type} of step {e.Step}", "in the history"),
            .. Doubled(final.Postings, posting => $"entry {posting.LineNumber} of {posting.Transaction}", "listed"),
            .. Doubled(evidence.Transactions.Where(t => t.Source.Length > 0), t => $"{t.Template} of {t.Source}", "in the ledger"),
            .. Doubled(evidence.Published.Where(message => message.Problem.Length == 0).DistinctBy(message => message.Id), Change, "told as different events:"),
            .. evidence.Published.GroupBy(message => message.Id).Where(group => group.DistinctBy(m => (m.Type, m.Key, m.Digest)).Skip(1).Any())
                .Select(group => Broken($"The event {group.Key} was told in different words.", group)),
            .. evidence.Provider.SelectMany(seen => StepsOf(seen, evidence)),
        ];
    }

    // A dispute is told of once for each state of it.
    private static string Change(EventSeen message) =>
        $"{message.Type} of {message.Subject} {PublishedAtLeastOnce.OfWhat(message)} {(message.Step.Length > 0 ? message.Reason : string.Empty)}".TrimEnd();

    private IEnumerable<Violation> Doubled<T>(IEnumerable<T> all, Func<T, string> key, string how)
        where T : class => all.GroupBy(key).Where(group => group.Skip(1).Any())
        .Select(group => Broken($"{group.Key} is {how} {group.Count()} times.", group));

    // What the provider did for a payment is what the payment knows to have been done: a step more is a step that was asked for twice.
    private IEnumerable<Violation> StepsOf(ProviderSeen seen, Evidence evidence)
    {
        if (!evidence.Payments.TryGetValue(seen.Payment, out var payment) || seen.IsMoving)
        {
            return [];
        }

        var done = payment.Steps.Where(step => step.Outcome == StepOutcome.Done).Select(step => step.Id).ToHashSet();
        return seen.Steps.Where(step => step.IsDone && step.Kind != ProviderStepKind.Void && !done.Contains(step.Key))
            .Select(step => Broken($"The provider did a {step.Kind} of {seen.Payment} that the payment knows nothing of.", [seen, step, payment, .. payment.Steps]));
    }
}
