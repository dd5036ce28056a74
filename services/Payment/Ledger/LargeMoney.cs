using System.Numerics;
using Google.Type;
using Suite.Platform.Monetary;

namespace Suite.Payments.Ledger;

/// <summary>Sums of money, which may be larger than any amount.</summary>
internal static class LargeMoney
{
    /// <summary>A sum as <c>google.type.Money</c>, or null when its whole units do not fit 64 bits: no number beats a wrong one.</summary>
    /// <param name="currency">ISO 4217.</param>
    /// <param name="minorUnits">In minor units.</param>
    public static Money? ToMoney(string currency, BigInteger minorUnits)
    {
        if (!Currency.TryGetExponent(currency, out var exponent))
        {
            throw new InvalidOperationException($"The ledger has entries in '{currency}', which is no currency this service knows.");
        }

        var units = BigInteger.DivRem(minorUnits, BigInteger.Pow(10, exponent), out var rest);
        return units > long.MaxValue || units < long.MinValue
            ? null
            : new Money { CurrencyCode = currency, Units = (long)units, Nanos = (int)(rest * BigInteger.Pow(10, 9 - exponent)) };
    }
}
