using Suite.Faults.Checking;
using Suite.Tests.Faults.Bugs;

namespace Suite.Tests.Faults.Checking;

/// <summary>Each property finds the bugs that are its own.</summary>
internal sealed class PlantedBugTests
{
    private static IEnumerable<Bug> Bugs => [.. RequestBugs.All, .. LifeBugs.All, .. MoneyBugs.All, .. MessageBugs.All, .. RunBugs.All];

    [TestCaseSource(nameof(Bugs))]
    public void A_planted_bug_is_found_by_its_property(Bug bug)
    {
        var plant = new Plant();
        bug.Into(plant);

        var found = plant.Check();

        Assert.That(found.Select(violation => violation.Property), Does.Contain(bug.Property));
        Assert.That(found.Select(violation => violation.Sentence), Has.None.StartsWith("It could not be judged"));
    }

    [Test]
    public void Every_property_finds_two_bugs_or_more() =>
        Assert.That(
            Checker.Properties.Select(property => property.Name).Where(name => Bugs.Count(bug => bug.Property == name) < 2), Is.Empty);

    [Test]
    public void A_clean_history_has_nothing_wrong_with_it() => Assert.That(new Plant().Check(), Is.Empty);

    [Test]
    public void What_is_found_shows_what_was_seen()
    {
        var plant = new Plant();
        MessageBugs.All.First().Into(plant);

        var violation = plant.Check().Single(violation => violation.Property == nameof(PublishedAtLeastOnce));

        Assert.That(violation.Sentence, Does.Contain("suite.order.v1.OrderPlaced"));
        Assert.That(violation.Records, Has.Some.Contains(violation.Sentence.Split(' ')[0]));
    }
}
