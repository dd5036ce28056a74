using NUnit.Framework;
using Suite.Cli.Load;

namespace Suite.Tests.Unit.Cli;

internal sealed class LatencyHistogramTests
{
    [Test]
    public void Percentiles_are_the_nearest_rank_to_less_than_a_hundredth()
    {
        var random = new Random(7);
        var micros = Enumerable.Range(0, 20_000).Select(_ => (long)Math.Exp(random.NextDouble() * 20)).ToArray();
        var histogram = Of(micros);

        Array.Sort(micros);
        foreach (var percent in new[] { 0.1, 25, 50, 90, 99, 99.9, 100 })
        {
            var exact = micros[(int)Math.Ceiling(percent / 100 * micros.Length) - 1];
            Assert.That(
                histogram.Percentile(percent).TotalMicroseconds, Is.InRange((double)exact, exact * 1.008), $"{percent} % of seed 7");
        }

        Assert.That(histogram.Max, Is.EqualTo(TimeSpan.FromMicroseconds(micros[^1])));
        Assert.That(histogram.Count, Is.EqualTo(micros.Length));
    }

    [TestCase(0)]
    [TestCase(255)]
    [TestCase(256)]
    [TestCase(257)]
    [TestCase(511)]
    [TestCase(512)]
    [TestCase(1 << 20)]
    [TestCase((1L << 36) - 1)]
    public void One_call_is_all_percentiles_exactly(long micros) =>
        Assert.That(Of(micros).Percentile(50), Is.EqualTo(TimeSpan.FromMicroseconds(micros)));

    [Test]
    public void What_is_out_of_range_counts_at_its_end()
    {
        var histogram = Of(-5, long.MaxValue / TimeSpan.TicksPerMicrosecond);

        Assert.That(histogram.Percentile(50), Is.EqualTo(TimeSpan.Zero));
        Assert.That(histogram.Percentile(100), Is.EqualTo(TimeSpan.FromMicroseconds((1L << 36) - 1)));
    }

    [Test]
    public void Two_together_are_as_if_one_had_seen_all()
    {
        var first = Of(1, 2, 3);
        first.Add(Of(1_000_000));

        Assert.That(first.Count, Is.EqualTo(4));
        Assert.That(first.Percentile(75), Is.EqualTo(TimeSpan.FromMicroseconds(3)));
        Assert.That(first.Max, Is.EqualTo(TimeSpan.FromSeconds(1)));
        Assert.That(new LatencyHistogram().Percentile(99), Is.EqualTo(TimeSpan.Zero));
    }

    [Test]
    public async Task Callers_record_at_once_and_none_is_lost()
    {
        var histogram = new LatencyHistogram();

        await Task.WhenAll(Enumerable.Range(1, 8).Select(caller => Task.Run(() =>
        {
            for (var i = 0; i < 10_000; i++)
            {
                histogram.Record(TimeSpan.FromMicroseconds(caller * 100));
            }
        })));

        Assert.That(histogram.Count, Is.EqualTo(80_000));
        Assert.That(histogram.Max, Is.EqualTo(TimeSpan.FromMicroseconds(800)));
    }

    private static LatencyHistogram Of(params long[] micros)
    {
        var histogram = new LatencyHistogram();
        foreach (var one in micros)
        {
            histogram.Record(new TimeSpan(one * TimeSpan.TicksPerMicrosecond));
        }

        return histogram;
    }
}
