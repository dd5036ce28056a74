using NUnit.Framework;
using Suite.Orders.Domain;

namespace Suite.Tests.Unit.Orders;

internal sealed class AllocationTests
{
    private static readonly object[] Splits =
    [
        new object[] { 100, new long[] { 1, 1, 1 }, new long[] { 34, 33, 33 } },
        new object[] { -100, new long[] { 1, 1, 1 }, new long[] { -34, -33, -33 } },
        new object[] { 0, new long[] { 1, 2 }, new long[] { 0, 0 } },
        new object[] { 1, new long[] { 1, 2, 2 }, new long[] { 0, 1, 0 } },
        new object[] { 7, new long[] { 0, 3, 0 }, new long[] { 0, 7, 0 } },
        new object[] { long.MaxValue, new[] { long.MaxValue, 1 }, new[] { long.MaxValue - 1, 1 } },
        new object[] { -long.MaxValue, new[] { long.MaxValue }, new[] { -long.MaxValue } },
    ];

    [TestCaseSource(nameof(Splits))]
    public void The_largest_remainders_get_what_is_over_and_the_first_of_equals_first(long amount, long[] weights, long[] parts) =>
        Assert.That(Allocation.Split(amount, weights), Is.EqualTo(parts));

    [Test]
    public void No_part_is_larger_than_its_weight_while_the_amount_is_not_larger_than_all()
    {
        for (var amount = 0; amount <= 17; amount++)
        {
            long[] weights = [5, 0, 1, 11];
            var parts = Allocation.Split(amount, weights);
            Assert.That(parts.Sum(), Is.EqualTo(amount));
            Assert.That(parts.Zip(weights, (part, weight) => weight - part), Is.All.GreaterThanOrEqualTo(0));
        }
    }

    [Test]
    public void All_units_of_a_line_are_worth_all_of_it_and_none_is_more_than_a_minor_unit_off()
    {
        Assert.That(Enumerable.Range(0, 4).Select(units => Allocation.OfUnits(1000, 3, units)), Is.EqualTo(new[] { 0, 334, 667, 1000 }));
        Assert.That(Enumerable.Range(0, 4).Select(units => Allocation.OfUnits(1, 3, units)), Is.EqualTo(new[] { 0, 1, 1, 1 }));
        Assert.That(Allocation.OfUnits(long.MaxValue, 1_000_000, 1_000_000), Is.EqualTo(long.MaxValue));
    }

    [Test]
    public void Nothing_is_split_over_nothing()
    {
        Assert.That(() => Allocation.Split(1, [0, 0]), Throws.ArgumentException);
        Assert.That(() => Allocation.Split(1, [1, -1]), Throws.InstanceOf<ArgumentException>());
    }
}
