using Suite.Contracts.Orders.V1;
using Suite.Contracts.Payments.V1;
using Suite.Contracts.Users.V1;
using Suite.Faults.History;

namespace Suite.Faults.Checking;

/// <summary>Nothing was told that did not come to be: each message has its change in the record, and can be read.</summary>
internal sealed class NoneForRolledBack : Property
{
    // What no version or step of the record stands for.
    private static readonly HashSet<string> Beside =
    [
        PaymentActionRequired.Descriptor.FullName, PaymentDisputed.Descriptor.FullName, UserUpdated.Descriptor.FullName,
        UserSuspended.Descriptor.FullName, UserReactivated.Descriptor.FullName, UserDeleted.Descriptor.FullName, SessionEnded.Descriptor.FullName,
    ];

    public override IEnumerable<Violation> Check(Evidence evidence)
    {
        var users = evidence.Final.Users.Select(user => user.Name)
            .Concat(evidence.Published.Where(message => message.Type == UserDeleted.Descriptor.FullName).Select(message => message.Subject))
            .ToHashSet();
        foreach (var message in evidence.Published)
        {
            if (message.Problem.Length > 0)
            {
                yield return Broken($"A message can not be read: {message.Problem}.", message);
            }
            else if (message.Subject.StartsWith("users/", StringComparison.Ordinal) ? !users.Contains(message.Subject)
                : message.Subject.StartsWith("orders/", StringComparison.Ordinal) ? !IsOfOrder(message, evidence)
                : !IsOfPayment(message, evidence))
            {
                yield return Broken($"{message.Type} was published of {message.Subject}, and the record has no such change.", [message, .. Near(message, evidence)]);
            }
        }
    }

    private static bool IsOfOrder(EventSeen message, Evidence evidence) => evidence.EventsOf[message.Subject].Any(e =>
        PublishedAtLeastOnce.TypeOf(e.Type) == message.Type
        && PublishedAtLeastOnce.OfWhat(e) == PublishedAtLeastOnce.OfWhat(message)
        && (message.AmountMinor == 0 || e.AmountMinor == 0 || message.AmountMinor == e.AmountMinor));

    private static bool IsOfPayment(EventSeen message, Evidence evidence)
    {
        if (!evidence.Payments.TryGetValue(message.Subject, out var payment) || payment.Order != message.Order)
        {
            return false;
        }

        if (message.Type == PaymentVoided.Descriptor.FullName)
        {
            return payment.State == Payment.Types.State.Voided || payment.Steps.Any(step => PublishedAtLeastOnce.TypeOf(step) == message.Type);
        }

        return Beside.Contains(message.Type) || payment.Steps.Any(step =>
            PublishedAtLeastOnce.TypeOf(step) == message.Type
            && (message.Step.Length == 0 || message.Step == step.Id)
            && (message.AmountMinor == 0 || message.AmountMinor == step.AmountMinor));
    }

    private static IEnumerable<object> Near(EventSeen message, Evidence evidence) =>
        [.. evidence.EventsOf[message.Subject], .. evidence.Payments.TryGetValue(message.Subject, out var payment) ? [payment, .. payment.Steps] : Array.Empty<object>()];
}
