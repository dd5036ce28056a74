using System.Numerics;
using NUnit.Framework;
using Suite.Payments.Ledger;

namespace Suite.Tests.Unit.Payments.Ledger;

public sealed class TrialBalanceTests
{
    [Test]
    public void Sums_are_shown_by_kind_and_in_total_and_holds_apart()
    {
        var balance = GetTrialBalance.Balance("KWD",
        [
            new("KWD", "holds", 0, 0, 500, 1_750), new("KWD", "providers/clearing", 700, 0, 1_750, 500), new("KWD", "revenue", 0, 700, 0, 0),
        ]);

        Assert.That(balance.Balanced, Is.True);
        Assert.That((balance.Debits.Units, balance.Debits.Nanos), Is.EqualTo((2, 950_000_000)));
        Assert.That(balance.Kinds.Select(k => (k.Kind, k.Debits.Nanos, k.Credits.Nanos, k.PendingDebits.Units, k.PendingCredits.Units)), Is.EqualTo(new[]
        {
            ("holds", 0, 0, 0L, 1L), ("providers/clearing", 700_000_000, 0, 1L, 0L), ("revenue", 0, 700_000_000, 0L, 0L),
        }));
    }

    [Test]
    public void One_minor_unit_too_much_is_seen() => Assert.That(
        GetTrialBalance.Balance("EUR", [new("EUR", "holds", 0, 100, 0, 0), new("EUR", "providers/clearing", 101, 0, 0, 0)]).Balanced, Is.False);

    [Test]
    public void A_hold_does_not_make_up_for_money_that_is_missing() => Assert.That(
        GetTrialBalance.Balance("EUR", [new("EUR", "a", 100, 0, 0, 0), new("EUR", "b", 0, 0, 0, 100)]).Balanced, Is.False);

    [Test]
    public void Sums_past_64_bits_are_left_out_rather_than_wrong_and_still_compared()
    {
        var large = (BigInteger)long.MaxValue * 3;

        var balanced = GetTrialBalance.Balance("JPY", [new("JPY", "a", 0, large, 0, 0), new("JPY", "b", large, 0, 0, 0)]);
        var unbalanced = GetTrialBalance.Balance("JPY", [new("JPY", "a", 0, large, 0, 0), new("JPY", "b", large + 1, 0, 0, 0)]);

        Assert.That(balanced.Debits, Is.Null);
        Assert.That(balanced.Kinds[0].Debits.Units, Is.Zero);
        Assert.That(balanced.Balanced, Is.True);
        Assert.That(unbalanced.Balanced, Is.False);
    }
}
