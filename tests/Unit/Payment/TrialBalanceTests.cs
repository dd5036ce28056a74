using System.Numerics;
using NUnit.Framework;
using Suite.Payments.Features;
using Suite.Payments.Storage;

namespace Suite.Tests.Unit.Payments;

public sealed class TrialBalanceTests
{
    [Test]
    public void Sums_are_shown_by_account_and_in_total()
    {
        var balance = GetTrialBalance.Balance("KWD", [new("KWD", "customer_holds", 500, 1_750), new("KWD", "provider_holds", 1_750, 500)]);

        Assert.That(balance.Balanced, Is.True);
        Assert.That((balance.Debits.Units, balance.Debits.Nanos), Is.EqualTo((2, 250_000_000)));
        Assert.That(balance.Kinds.Select(k => (k.Kind, k.Debits.Units, k.Debits.Nanos, k.Credits.Units)), Is.EqualTo(new[]
        {
            ("customer_holds", 0L, 500_000_000, 1L),
            ("provider_holds", 1L, 750_000_000, 0L),
        }));
    }

    [Test]
    public void One_minor_unit_too_much_is_seen() =>
        Assert.That(
            GetTrialBalance.Balance("EUR", [new("EUR", "customer_holds", 0, 100), new("EUR", "provider_holds", 101, 0)]).Balanced,
            Is.False);

    [Test]
    public void Sums_past_64_bits_are_left_out_rather_than_wrong_and_still_compared()
    {
        var large = (BigInteger)long.MaxValue * 3;

        var balanced = GetTrialBalance.Balance("JPY", [new("JPY", "customer_holds", 0, large), new("JPY", "provider_holds", large, 0)]);
        var unbalanced = GetTrialBalance.Balance(
            "JPY", [new("JPY", "customer_holds", 0, large), new("JPY", "provider_holds", large + 1, 0)]);

        Assert.That(balanced.Debits, Is.Null);
        Assert.That(balanced.Kinds[0].Debits.Units, Is.Zero);
        Assert.That(balanced.Balanced, Is.True);
        Assert.That(unbalanced.Balanced, Is.False);
    }
}
