using Google.Type;
using NUnit.Framework;
using Suite.Contracts.Common.V1;
using Suite.Platform.Errors;
using Suite.Platform.Monetary;

namespace Suite.Tests.Unit.Platform;

internal sealed class MoneyAmountTests
{
    [TestCase("EUR", 12, 340_000_000, 1234)]
    [TestCase("EUR", -12, -340_000_000, -1234)]
    [TestCase("EUR", 0, -10_000_000, -1)]
    [TestCase("JPY", 500, 0, 500)]
    [TestCase("KWD", 1, 1_000_000, 1001)]
    [TestCase("EUR", 0, 0, 0)]
    [TestCase("EUR", 92_233_720_368_547_758, 70_000_000, long.MaxValue)]
    [TestCase("EUR", -92_233_720_368_547_758, -80_000_000, long.MinValue)]
    [TestCase("JPY", long.MaxValue, 0, long.MaxValue)]
    public void Money_is_read_in_minor_units(string currency, long units, int nanos, long minor)
    {
        var money = new Money { CurrencyCode = currency, Units = units, Nanos = nanos };
        var amount = MoneyAmount.FromProto(money, "price");

        Assert.That(amount, Is.EqualTo(new MoneyAmount(minor, currency)));
        Assert.That(amount.ToProto(), Is.EqualTo(money));
    }

    [TestCase("EUR")]
    [TestCase("JPY")]
    [TestCase("KWD")]
    public void Any_amount_of_minor_units_survives_the_way_there_and_back(string currency)
    {
        var random = new Random(4711);
        long[] edges = [0, 1, -1, 99, -99, 100, -100, 999, 1000, long.MaxValue, long.MinValue, long.MaxValue - 1, long.MinValue + 1];
        foreach (var minor in edges.Concat(Enumerable.Range(0, 5000).Select(_ => random.NextInt64(long.MinValue, long.MaxValue))))
        {
            var amount = new MoneyAmount(minor, currency);
            var money = amount.ToProto();
            Assert.That(money.Units == 0 || money.Nanos == 0 || Math.Sign(money.Nanos) == Math.Sign(money.Units), $"{minor}");
            Assert.That(MoneyAmount.FromProto(money, "price"), Is.EqualTo(amount));
        }
    }

    [TestCase("EUR", 1, 1_000_000, "price.nanos", ErrorReason.AmountOutOfRange, Description = "more digits than the currency has")]
    [TestCase("JPY", 1, 500_000_000, "price.nanos", ErrorReason.AmountOutOfRange)]
    [TestCase("KWD", 1, 100_000, "price.nanos", ErrorReason.AmountOutOfRange)]
    [TestCase("EUR", 92_233_720_368_547_758, 80_000_000, "price.units", ErrorReason.AmountOutOfRange)]
    [TestCase("EUR", long.MaxValue, 0, "price.units", ErrorReason.AmountOutOfRange)]
    [TestCase("EUR", long.MinValue, 0, "price.units", ErrorReason.AmountOutOfRange)]
    [TestCase("EUR", 1, -10_000_000, "price.nanos", ErrorReason.InvalidRequest)]
    [TestCase("EUR", -1, 10_000_000, "price.nanos", ErrorReason.InvalidRequest)]
    [TestCase("EUR", 0, 1_000_000_000, "price.nanos", ErrorReason.InvalidRequest)]
    [TestCase("EUR", 0, int.MinValue, "price.nanos", ErrorReason.InvalidRequest)]
    [TestCase("eur", 1, 0, "price.currency_code", ErrorReason.InvalidRequest)]
    [TestCase("XXX", 1, 0, "price.currency_code", ErrorReason.InvalidRequest)]
    [TestCase("", 1, 0, "price.currency_code", ErrorReason.InvalidRequest)]
    public void What_is_no_amount_is_refused_and_never_rounded(string currency, long units, int nanos, string field, ErrorReason reason)
    {
        var money = new Money { CurrencyCode = currency, Units = units, Nanos = nanos };
        var error = Assert.Throws<DomainException>(() => MoneyAmount.FromProto(money, "price"));

        Assert.That(error!.Reason, Is.EqualTo(reason));
        Assert.That(error.Fields.Single().Field, Is.EqualTo(field));
    }

    [TestCase("EUR", 2)]
    [TestCase("USD", 2)]
    [TestCase("JPY", 0)]
    [TestCase("KRW", 0)]
    [TestCase("KWD", 3)]
    [TestCase("TND", 3)]
    [TestCase("HUF", 2)]
    public void A_currency_has_the_digits_of_ISO_4217(string code, int digits)
    {
        Assert.That(Currency.TryGetExponent(code, out var exponent), Is.True);
        Assert.That(exponent, Is.EqualTo(digits));
    }
}
