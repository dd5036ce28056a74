using Suite.Faults.History;

namespace Suite.Faults.Checking;

/// <summary>All properties, over a whole run.</summary>
internal static class Checker
{
    /// <summary>The properties.</summary>
    public static IReadOnlyList<Property> Properties { get; } =
    [
        new HistoryIsWhole(),
        new AcknowledgedExistsOnce(),
        new FailedLeftNothing(),
        new UnknownIsZeroOrOne(),
        new OneRequestOneEffect(),
        new LegalTransitions(),
        new OrdersMoveForward(),
        new FinalStaysFinal(),
        new CapturedWithinAuthorized(),
        new RefundedWithinCaptured(),
        new ConfirmedHasOneAuthorization(),
        new FulfilledHasOneCaptureOneJournal(),
        new CancelledHoldsNothing(),
        new ProviderSumsAreOurs(),
        new DebitsEqualCredits(),
        new BalancesAreFolds(),
        new PublishedAtLeastOnce(),
        new AppliedOnce(),
        new InOrderPerKey(),
        new NoneForRolledBack(),
        new ReadYourWrites(),
        new VersionsNeverDecrease(),
        new MemoryIsBounded(),
        new EverythingDrained(),
        new DocumentsAreTheRecord(),
        new EveryFaultFired(),
    ];

    /// <summary>Where a run does not hold. A property that can not be judged is one that does not hold.</summary>
    public static IReadOnlyList<Violation> Check(RunHistory history)
    {
        var evidence = new Evidence(history.Entries);
        return [.. Properties.SelectMany(property => Check(property, evidence))];
    }

    private static List<Violation> Check(Property property, Evidence evidence)
    {
        try
        {
            return [.. property.Check(evidence)];
        }
#pragma warning disable CA1031 // A checker that trips over what it sees has found something, and the others still have to look.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return [new Violation(property.Name, $"It could not be judged: {e.Message}", [e.ToString()])];
        }
    }
}
