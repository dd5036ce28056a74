using System.Diagnostics;
using Suite.Bench.Measuring;

namespace Suite.Tests.Unit.Bench;

internal sealed class LatenciesTests
{
    [Test]
    public void A_percentile_is_a_value_that_was_measured()
    {
        var latencies = new Latencies(Enumerable.Range(1, 200).Reverse().Select(i => (double)i));

        Assert.That(latencies.P50, Is.EqualTo(100));
        Assert.That(latencies.P99, Is.EqualTo(198));
        Assert.That(latencies.Percentile(100), Is.EqualTo(200));
        Assert.That(latencies.Percentile(0.1), Is.EqualTo(1));
    }

    [Test]
    public void The_99th_percentile_of_few_values_is_the_worst_of_them() =>
        Assert.That(new Latencies([7, 1, 3]).P99, Is.EqualTo(7));

    [Test]
    public void One_value_is_every_percentile()
    {
        var latencies = new Latencies([4.5]);

        Assert.That((double[])[latencies.P50, latencies.P99, latencies.Max], Is.All.EqualTo(4.5));
    }

    [Test]
    public void Timestamps_become_milliseconds() =>
        Assert.That(Latencies.OfTimestamps([Stopwatch.Frequency / 4]).P50, Is.EqualTo(250).Within(0.001));

    [Test]
    public void Nothing_measured_is_no_result() => Assert.That(() => new Latencies([]), Throws.InstanceOf<ArgumentOutOfRangeException>());

    [TestCase(0)]
    [TestCase(100.5)]
    public void There_is_no_such_percentile(double percent) =>
        Assert.That(() => new Latencies([1]).Percentile(percent), Throws.InstanceOf<ArgumentOutOfRangeException>());
}
