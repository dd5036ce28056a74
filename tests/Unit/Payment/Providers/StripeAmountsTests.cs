using NUnit.Framework;
using Suite.Payments.Providers;
using Suite.Platform.Monetary;

namespace Suite.Tests.Unit.Payments.Providers;

public sealed class StripeAmountsTests
{
    [TestCase(1250, "EUR", 1250)]
    [TestCase(500, "JPY", 500)]
    [TestCase(5, "CLP", 5)]
    [TestCase(5120, "KWD", 5120)]
    [TestCase(5, "ISK", 500)]
    [TestCase(5, "UGX", 500)]
    [TestCase(500, "MGA", 5)]
    [TestCase(1050, "HUF", 1050)]
    [TestCase(80001, "TWD", 80001)]
    public void An_amount_is_written_as_Stripe_counts_and_read_back(long minor, string currency, long written)
    {
        var amount = new MoneyAmount(minor, currency);

        Assert.That(StripeAmounts.TryWrite(amount, out var stripes), Is.True);
        Assert.That(stripes, Is.EqualTo(written));
        Assert.That(StripeAmounts.Read(stripes, currency.ToLowerInvariant()), Is.EqualTo(amount));
    }

    [TestCase(5124, "KWD")]
    [TestCase(1, "BHD")]
    [TestCase(501, "MGA")]
    [TestCase(long.MaxValue, "ISK")]
    public void What_Stripe_cannot_say_is_refused_and_not_rounded(long minor, string currency) =>
        Assert.That(StripeAmounts.TryWrite(new MoneyAmount(minor, currency), out _), Is.False);
}
