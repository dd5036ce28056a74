using Suite.Faults.Plan;

namespace Suite.Tests.Faults.Plan;

internal sealed class FaultPlanTests
{
    private static readonly HashSet<string> s_all = FaultKind.All.ToHashSet();

    [Test]
    public void The_same_seed_plans_the_same_faults_and_another_one_others()
    {
        var once = Make(7).Faults;
        Assert.That(Make(7).Faults, Is.EqualTo(once));
        Assert.That(once, Is.Not.EqualTo(Make(8).Faults));
    }

    [Test]
    public void Ten_minutes_have_every_kind_on_every_target([Values] bool hasRealKafka, [Values] bool hasDocumentStores)
    {
        var present = new Present(hasRealKafka, hasDocumentStores, hasDocumentStores);
        var wanted = FaultKind.All.SelectMany(kind => Targets.Of(kind, present).Select(target => (kind, target)));

        for (var seed = 0; seed < 200; seed++)
        {
            var planned = FaultPlan.Make(seed, TimeSpan.FromMinutes(10), s_all, present).Faults.Select(fault => (fault.Kind, fault.Target));
            Assert.That(wanted.Except(planned), Is.Empty, $"seed {seed}");
        }
    }

    [Test]
    public void Two_minutes_have_every_kind_and_each_store_ends()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var faults = Make(seed).Faults;
            Assert.That(s_all.Except(faults.Select(fault => fault.Kind)), Is.Empty, $"seed {seed}");
            Assert.That(
                faults.Where(fault => fault.Kind is FaultKind.Kill or FaultKind.Terminate).Select(fault => fault.Target),
                Is.SupersetOf(new[] { Targets.Postgres, Targets.Kafka, Targets.Redis, Targets.Mongo, Targets.Elasticsearch }),
                $"seed {seed}");
        }
    }

    [Test]
    public void Faults_of_a_lane_follow_each_other_and_end_in_time()
    {
        var length = TimeSpan.FromMinutes(2);

        foreach (var lane in Make(3).Faults.GroupBy(fault => fault.Lane))
        {
            var faults = lane.ToList();
            for (var i = 1; i < faults.Count; i++)
            {
                Assert.That(faults[i].Start, Is.GreaterThan(faults[i - 1].Start + faults[i - 1].Duration));
            }

            Assert.That(faults[^1].Start + faults[^1].Duration, Is.LessThan(length));
        }
    }

    [Test]
    public void A_replica_and_a_store_are_never_broken_in_two_lanes()
    {
        var owners = Make(5).Faults.Where(fault => !fault.Target.Contains('/', StringComparison.Ordinal) && fault.Kind != FaultKind.Provider);

        foreach (var target in owners.GroupBy(fault => Targets.DocumentStores.Contains(fault.Target)))
        {
            Assert.That(target.Select(fault => fault.Lane).Distinct().Count(), Is.EqualTo(1));
        }
    }

    [Test]
    public void Only_kinds_that_were_asked_for_are_planned()
    {
        var faults = FaultPlan.Make(1, TimeSpan.FromMinutes(2), new HashSet<string> { FaultKind.Cut, FaultKind.Flush }, Present.Everything).Faults;

        Assert.That(faults.Select(fault => fault.Kind).Distinct(), Is.EquivalentTo(new[] { FaultKind.Cut, FaultKind.Flush }));
        Assert.That(FaultPlan.Make(1, TimeSpan.FromMinutes(2), new HashSet<string>(), Present.Everything).Faults, Is.Empty);
    }

    [Test]
    public void A_broker_that_forgets_is_not_spoken_to_by_wires()
    {
        var faults = FaultPlan.Make(1, TimeSpan.FromMinutes(30), s_all, Present.Everything with { RealKafka = false }).Faults;

        Assert.That(faults.Where(fault => fault.Target.EndsWith("/kafka", StringComparison.Ordinal)), Is.Empty);
        Assert.That(faults.Select(fault => (fault.Kind, fault.Target)), Does.Contain((FaultKind.Kill, Targets.Kafka)));
    }

    [Test]
    public void A_store_that_is_not_there_is_not_broken()
    {
        var faults = FaultPlan.Make(1, TimeSpan.FromMinutes(30), s_all, new Present(true, false, false)).Faults;

        Assert.That(faults.Where(fault => Targets.DocumentStores.Any(store => fault.Target.EndsWith(store, StringComparison.Ordinal))), Is.Empty);
    }

    [Test]
    public void A_clock_is_wrong_by_at_least_a_second_in_both_directions()
    {
        var skews = FaultPlan.Make(1, TimeSpan.FromMinutes(60), new HashSet<string> { FaultKind.Skew }, Present.Everything).Faults;

        Assert.That(skews.Select(fault => Math.Abs(fault.Strength)), Is.All.InRange(1, 5));
        Assert.That(skews.Select(fault => Math.Sign(fault.Strength)).Distinct(), Is.EquivalentTo(new[] { -1, 1 }));
    }

    private static FaultPlan Make(long seed) => FaultPlan.Make(seed, TimeSpan.FromMinutes(2), s_all, Present.Everything);
}
