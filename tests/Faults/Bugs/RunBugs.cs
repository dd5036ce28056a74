using Suite.Faults.Checking;
using Suite.Faults.History;
using static Suite.Tests.Faults.Samples.SampleLives;
using PaymentState = Suite.Contracts.Payments.V1.Payment.Types.State;
using State = Suite.Contracts.Orders.V1.Order.Types.State;
using StepOutcome = Suite.Contracts.Payments.V1.Payment.Types.Step.Types.Outcome;

namespace Suite.Tests.Faults.Bugs;

/// <summary>Something is wrong with the run as a whole.</summary>
internal static class RunBugs
{
    public static IEnumerable<Bug> All =>
    [
        new(nameof(MemoryIsBounded), "a process grows by twenty mebibytes a minute", plant =>
            plant.ChangeAll<MemorySample>(_ => true, sample => sample with { Bytes = sample.Bytes + (long)(sample.At.TotalMinutes * 20 * 1024 * 1024) })),
        new(nameof(MemoryIsBounded), "a process has two gibibytes for a moment", plant =>
            plant.Change(plant.Entries.OfType<MemorySample>().First(), sample => sample with { Bytes = 2L * 1024 * 1024 * 1024 })),

        new(nameof(EverythingDrained), "the outbox is not empty", plant =>
            plant.ChangeAll<Drained>(_ => true, drained => drained with { Open = new Dictionary<string, long> { ["outbox of order"] = 3 } })),
        new(nameof(EverythingDrained), "it took too long", plant => plant.ChangeAll<Drained>(_ => true, drained => drained with { Bound = TimeSpan.FromMilliseconds(1) })),
        new(nameof(EverythingDrained), "an order is still pending", plant => plant.ChangeOrder(Confirmed, order => order with { State = State.Pending })),
        new(nameof(EverythingDrained), "a payment is still pending", plant => plant.ChangePayment(Confirmed, payment => payment with { State = PaymentState.Pending })),
        new(nameof(EverythingDrained), "the outcome of a refund is not known", plant => plant.ChangePayment(Yen, payment => payment with
        {
            Steps = [.. payment.Steps.SkipLast(1), payment.Steps[^1] with { Outcome = StepOutcome.Unknown }],
        })),
        new(nameof(EverythingDrained), "something is still reserved", plant => plant.ChangePayment(Yen, payment => payment with { ReservedMinor = 1 })),

        new(nameof(DocumentsAreTheRecord), "a document differs", plant =>
            plant.ChangeAll<Compared>(_ => true, compared => compared with { DifferenceCount = 1, Differences = ["7: o1-0 is missing"] })),
        new(nameof(DocumentsAreTheRecord), "orders have no document", plant => plant.ChangeAll<Compared>(_ => true, compared => compared with { DocumentCount = 1 })),

        new(nameof(EveryFaultFired), "a planned fault never fired", plant => plant.Drop(plant.Entries.OfType<FaultFired>().Single())),
        new(nameof(EveryFaultFired), "a planned fault hit nothing", plant => plant.ChangeAll<FaultFired>(_ => true, fault => fault with { Hits = 0 })),
        new(nameof(EveryFaultFired), "a planned fault fired at somebody else", plant => plant.ChangeAll<FaultFired>(_ => true, fault => fault with { Target = "order-2" })),

        new(nameof(HistoryIsWhole), "the end was never read", plant => plant.Drop(plant.State)),
        new(nameof(HistoryIsWhole), "nobody waited for the end", plant => plant.Drop(plant.Entries.OfType<Drained>().Single())),
        new(nameof(HistoryIsWhole), "nobody compared documents", plant => plant.Entries.RemoveAll(entry => entry is Compared)),
        new(nameof(HistoryIsWhole), "nobody listened", plant => plant.Entries.RemoveAll(entry => entry is EventSeen)),
        new(nameof(HistoryIsWhole), "nobody asked the provider", plant => plant.Entries.RemoveAll(entry => entry is ProviderSeen)),
        new(nameof(HistoryIsWhole), "what became of an order can not be told", plant =>
            plant.ChangeAll<ClientCall>(call => call is { Operation: Operation.CreateOrder, Outcome: Outcome.Unknown }, call => call with { Mark = string.Empty })),
    ];
}
