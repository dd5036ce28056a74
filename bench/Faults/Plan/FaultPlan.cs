namespace Suite.Faults.Plan;

/// <summary>
/// Which fault at which moment on which target for how long. It follows from the seed, the length, the kinds and the servers alone: the same
/// of them, the same plan.
/// </summary>
internal sealed class FaultPlan
{
    /// <summary>Nothing begins in the last seconds: what was broken last is mended before the end.</summary>
    private static readonly TimeSpan s_reserve = TimeSpan.FromSeconds(10);

    /// <summary>A shorter run has some of everything; a longer one has everything, and takes it closely.</summary>
    private static readonly TimeSpan s_long = TimeSpan.FromMinutes(5);

    private FaultPlan(IReadOnlyList<PlannedFault> faults) => Faults = faults;

    /// <summary>All faults by when they begin.</summary>
    public IReadOnlyList<PlannedFault> Faults { get; }

    /// <summary>Makes a plan.</summary>
    /// <param name="seed">The seed of the run.</param>
    /// <param name="length">How long faults go on.</param>
    /// <param name="kinds">Some of <see cref="FaultKind.All"/>.</param>
    /// <param name="present">What there is.</param>
    public static FaultPlan Make(long seed, TimeSpan length, IReadOnlySet<string> kinds, Present present)
    {
        var dice = Dice.For(seed, 0);
        var pairs = FaultKind.All.Where(kinds.Contains)
            .SelectMany(kind => Targets.Of(kind, present).Select(target => (Kind: kind, Target: target)))
            .ToList();
        var wires = Spread(pairs.Where(pair => FaultKind.OfWires.Contains(pair.Kind)), dice);
        // In a lane of their own: Elasticsearch takes long to start, and nothing but documents waits for it.
        var documents = pairs.Where(pair => Targets.DocumentStores.Contains(pair.Target)).ToList();
        List<List<(string Kind, string Target)>> lanes =
        [
            Spread(pairs.Except(documents).Where(pair => pair.Kind != FaultKind.Provider && !FaultKind.OfWires.Contains(pair.Kind)), dice),
            [.. wires.Where((_, i) => i % 2 == 0)],
            [.. wires.Where((_, i) => i % 2 == 1)],
            Spread(pairs.Where(pair => pair.Kind == FaultKind.Provider), dice),
            Spread(documents, dice),
        ];
        var faults = lanes.SelectMany((lane, number) => Fill(lane, number, length - s_reserve, dice)).OrderBy(fault => fault.Start).ToList();
        return new FaultPlan([.. faults.Select((fault, i) => fault with { Id = $"f{i + 1}" })]);
    }

    /// <summary>
    /// One of each group, then the next of each, so that a short run has some of everything. A group is a kind on one sort of target; that a
    /// store ends is one, whichever way.
    /// </summary>
    private static List<(string Kind, string Target)> Spread(IEnumerable<(string Kind, string Target)> pairs, Dice dice)
    {
        var groups = dice.Shuffled(pairs.GroupBy(Group)).Select(group => dice.Shuffled(group)).ToList();
        return
        [
            .. Enumerable.Range(0, groups.Count == 0 ? 0 : groups.Max(group => group.Count))
                .SelectMany(round => groups.Where(group => round < group.Count).Select(group => group[round])),
        ];

        static (string Kind, string Sort) Group((string Kind, string Target) pair) => pair switch
        {
            (FaultKind.Terminate, var target) when !Targets.IsReplica(target) => (FaultKind.Kill, target),
            (FaultKind.Kill, var target) when !Targets.IsReplica(target) => pair,
            _ => (pair.Kind, string.Empty),
        };
    }

    /// <summary>One after the other until the time is up; from the first again when all of them had their turn.</summary>
    private static IEnumerable<PlannedFault> Fill(List<(string Kind, string Target)> lane, int number, TimeSpan length, Dice dice)
    {
        var (least, most) = length < s_long ? (3.0, 6.0) : (0.5, 1.5);
        if (lane.Count == 0)
        {
            yield break;
        }

        var time = dice.Between(0.5, 2);
        for (var i = 0; ; i++)
        {
            var (kind, target) = lane[i % lane.Count];
            var duration = Duration(kind, dice);
            var strength = Strength(kind, dice);
            var over = time + duration + Mending(kind, target);
            if (over > length.TotalSeconds)
            {
                yield break;
            }

            yield return new PlannedFault(
                string.Empty, number, kind, target, TimeSpan.FromSeconds(time), TimeSpan.FromSeconds(Math.Round(duration, 2)), strength);
            time = over + dice.Between(least, most);
        }
    }

    private static double Duration(string kind, Dice dice) => kind switch
    {
        FaultKind.Kill or FaultKind.Terminate => dice.Between(0, 1),
        FaultKind.Pause => dice.Between(1.5, 5),
        FaultKind.Flush or FaultKind.Cut => 0,
        FaultKind.Skew => dice.Between(4, 8),
        FaultKind.Provider => dice.Between(5, 8),
        FaultKind.LoseReplies => dice.Between(1.5, 2.5),
        _ => dice.Between(1, 3),
    };

    private static double Strength(string kind, Dice dice) => kind switch
    {
        FaultKind.Skew => (dice.Chance(50) ? 1 : -1) * Math.Round(dice.Between(1, 5), 1),
        FaultKind.Slow => Math.Round(dice.Between(30, 250)),
        _ => 0,
    };

    /// <summary>Seconds it usually takes until what was broken is whole again, on a machine that is not quick.</summary>
    private static double Mending(string kind, string target) => (kind, target) switch
    {
        (FaultKind.Kill or FaultKind.Terminate, Targets.Kafka) => 11,
        (FaultKind.Kill or FaultKind.Terminate, Targets.Redis) => 1,
        (FaultKind.Kill, Targets.Elasticsearch) => 30,
        (FaultKind.Kill or FaultKind.Terminate, _) => 4,
        (FaultKind.Skew, _) => 8,
        (FaultKind.Provider, _) => 1,
        (FaultKind.Cut, _) => 1,
        _ => 0.5,
    };
}
