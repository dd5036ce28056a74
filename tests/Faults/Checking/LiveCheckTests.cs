using Suite.Faults.Checking;
using Suite.Faults.History;
using Suite.Tests.Faults.Bugs;

namespace Suite.Tests.Faults.Checking;

/// <summary>What can be seen while a run goes on is seen at once.</summary>
internal sealed class LiveCheckTests
{
    private static readonly string[] Live = [.. Checker.Properties.OfType<LiveProperty>().Select(property => property.Name)];

    // Those that a call shows; others are to be seen at the end alone.
    private static IEnumerable<Bug> Bugs => LifeBugs.All.Concat(MoneyBugs.All)
        .Where(bug => Live.Contains(bug.Property) && (bug.Sentence.Contains(" read ", StringComparison.Ordinal) || bug.Sentence.Contains(" reads ", StringComparison.Ordinal)));

    [TestCaseSource(nameof(Bugs))]
    public void A_bug_that_a_call_shows_is_found_by_that_call(Bug bug)
    {
        var plant = new Plant();
        bug.Into(plant);

        Assert.That(See(plant).Select(violation => violation.Property), Does.Contain(bug.Property));
    }

    [Test]
    public void There_are_bugs_that_a_call_shows() => Assert.That(Bugs.Count(), Is.GreaterThan(5));

    [Test]
    public void Calls_of_a_clean_run_are_clean() => Assert.That(See(new Plant()), Is.Empty);

    [Test]
    public void What_was_found_is_kept_and_told_once()
    {
        var live = new LiveCheck();
        var call = Unbalanced();

        Assert.That(live.See(call), Has.Count.EqualTo(1));
        Assert.That(live.See(call with { Ledger = null }), Is.Empty);
        Assert.That(live.Found, Has.Count.EqualTo(1));
    }

    [Test]
    public void Clients_may_show_their_calls_at_once()
    {
        var live = new LiveCheck();

        Parallel.For(0, 200, _ => live.See(Unbalanced()));

        Assert.That(live.Found, Has.Count.EqualTo(200));
    }

    private static ClientCall Unbalanced() => new()
    {
        Client = "client-1",
        Start = TimeSpan.Zero,
        At = TimeSpan.FromSeconds(1),
        Operation = Operation.TrialBalance,
        Outcome = Outcome.Ok,
        Ledger = new LedgerSeen { Currencies = [new CurrencyFacts { Currency = "EUR", DebitsMinor = 2, CreditsMinor = 1, IsBalanced = true, Kinds = [] }] },
    };

    private static IReadOnlyList<Violation> See(Plant plant)
    {
        var live = new LiveCheck();
        foreach (var call in plant.ToHistory().Of<ClientCall>().OrderBy(call => call.At))
        {
            live.See(call);
        }

        return live.Found;
    }
}
