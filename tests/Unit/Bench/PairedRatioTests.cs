using Suite.Bench.Measuring;
using Suite.Bench.Report;

namespace Suite.Tests.Unit.Bench;

internal sealed class PairedRatioTests
{
    [Test]
    public void The_ratio_is_the_median_of_the_pairs_and_not_of_their_sums()
    {
        var pairs = new PairedRatio();
        pairs.Add(90, 100);
        pairs.Add(45, 50);
        pairs.Add(500, 100);

        Assert.That(pairs.Ratio, Is.EqualTo(0.9));
        Assert.That(pairs.Ours, Is.EqualTo(90));
        Assert.That(pairs.Theirs, Is.EqualTo(100));
        Assert.That((pairs.Lowest, pairs.Highest), Is.EqualTo((0.9, 5.0)));
    }

    [Test]
    public void A_machine_that_slows_down_for_both_changes_no_ratio()
    {
        var pairs = new PairedRatio();
        pairs.Add(80, 100);
        pairs.Add(8, 10);

        Assert.That((pairs.Lowest, pairs.Ratio, pairs.Highest), Is.EqualTo((0.8, 0.8, 0.8)));
    }

    [TestCase(new double[] { 3, 1, 2 }, 2)]
    [TestCase(new double[] { 4, 1, 2, 3 }, 2.5)]
    [TestCase(new double[] { 6 }, 6)]
    public void The_median_is_the_middle(double[] values, double median) => Assert.That(PairedRatio.Median(values), Is.EqualTo(median));

    [Test]
    public void A_yardstick_that_did_nothing_measures_nothing() =>
        Assert.That(() => new PairedRatio().Add(1, 0), Throws.InstanceOf<ArgumentOutOfRangeException>());

    [Test]
    public void A_target_is_held_against_the_ratio_or_the_value()
    {
        var pairs = new PairedRatio();
        pairs.Add(84, 100);
        var slow = Measurement.PerSecond("calls", "echo", pairs) with { Target = Target.RatioAtLeast(0.85) };

        Assert.That(slow.IsMet, Is.False);
        Assert.That((slow with { Target = Target.RatioAtLeast(0.84) }).IsMet, Is.True);
        Assert.That((slow with { Target = null }).IsMet, Is.Null);
        Assert.That(new Measurement("time", 5, "ms") { Target = Target.AtMost(5) }.IsMet, Is.True);
        Assert.That(new Measurement("time", 5.1, "ms") { Target = Target.AtMost(5) }.IsMet, Is.False);
    }
}
