using Suite.Contracts.Payments.V1;
using Suite.Faults.History;

namespace Suite.Faults.Checking;

/// <summary>
/// Events of a key are first told in the order they happened in, on one partition. Told again they may be at any time, and in a later life of
/// a broker that forgot everything what was told first need not have been seen.
/// </summary>
internal sealed class InOrderPerKey : Property
{
    // Events of payments bear no version; so much of their order is known.
    private static readonly Dictionary<string, int> Ranks = new()
    {
        [PaymentActionRequired.Descriptor.FullName] = 1,
        [PaymentAuthorized.Descriptor.FullName] = 2,
        [PaymentDeclined.Descriptor.FullName] = 2,
        [PaymentCaptured.Descriptor.FullName] = 3,
        [PaymentRefunded.Descriptor.FullName] = 4,
    };

    public override IEnumerable<Violation> Check(Evidence evidence)
    {
        foreach (var messages in evidence.Published.Where(message => message.Problem.Length == 0).GroupBy(message => (message.Topic, message.Key)))
        {
            if (messages.GroupBy(message => message.BrokerLife).FirstOrDefault(life => life.DistinctBy(m => m.Partition).Skip(1).Any()) is { } spread)
            {
                yield return Broken($"{messages.Key.Key} is on several partitions of {messages.Key.Topic}.", spread);
                continue;
            }

            // Each as it was told first.
            var firsts = messages.OrderBy(message => message.BrokerLife).ThenBy(message => message.Offset).DistinctBy(message => message.Id).ToList();
            foreach (var kind in firsts.GroupBy(Track))
            {
                EventSeen? before = null;
                foreach (var message in kind)
                {
                    if (message.BrokerLife == 1 && !CanFollow(before, message))
                    {
                        yield return Broken(
                            $"{message.Type} of {message.Subject} was told out of order.", before is null ? [message] : [before, message]);
                    }

                    before = before is null || IsLater(before, message) ? message : before;
                }
            }
        }
    }

    // What has an order among itself.
    private static string Track(EventSeen message) =>
        message.Version > 0 ? "versions" : Ranks.ContainsKey(message.Type) ? "steps" : $"no order: {message.Id}";

    // Each version of an order is an event; not every one of a user is.
    private static bool CanFollow(EventSeen? before, EventSeen after) => after is { Topic: "suite.order.v1", Version: > 0 }
        ? after.Version == (before?.Version ?? 0) + 1
        : before is null || IsLater(before, after);

    private static bool IsLater(EventSeen before, EventSeen after) => after.Version > 0
        ? after.Version > before.Version
        : Ranks[before.Type] < Ranks[after.Type] || (Ranks[before.Type] == Ranks[after.Type] && after.SumMinor > before.SumMinor);
}
