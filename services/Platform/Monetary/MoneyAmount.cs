using Google.Type;
using Suite.Contracts.Common.V1;
using Suite.Platform.Errors;

namespace Suite.Platform.Monetary;

/// <summary>An amount in integer minor units (cents, fils, yen) of one currency. Money is never a floating point number here.</summary>
/// <param name="MinorUnits">The amount in minor units.</param>
/// <param name="CurrencyCode">ISO 4217.</param>
public readonly record struct MoneyAmount(long MinorUnits, string CurrencyCode)
{
    private const int NanoDigits = 9;

    /// <summary>Reads <c>google.type.Money</c>.</summary>
    /// <exception cref="DomainException">
    /// INVALID_ARGUMENT naming <paramref name="field"/>: an unknown currency, more digits than the currency has (never
    /// rounded), units and nanos of different sign, or an amount past 64 bits of minor units.
    /// </exception>
    public static MoneyAmount FromProto(Money money, string field)
    {
        if (!Currency.TryGetExponent(money.CurrencyCode, out var exponent))
        {
            throw DomainError.InvalidArgument($"{field}.currency_code", "must be an ISO 4217 code such as EUR.");
        }

        if (money.Nanos is <= -1_000_000_000 or >= 1_000_000_000 || (long.Sign(money.Units) * Math.Sign(money.Nanos)) < 0)
        {
            throw DomainError.InvalidArgument($"{field}.nanos", "must be between -999999999 and 999999999 and have the sign of units.");
        }

        var nanosPerMinorUnit = (int)PowerOfTen(NanoDigits - exponent);
        if (money.Nanos % nanosPerMinorUnit != 0)
        {
            throw DomainError.InvalidArgument(
                $"{field}.nanos", $"has more digits than {money.CurrencyCode}, which has {exponent}.", ErrorReason.AmountOutOfRange);
        }

        var minor = ((Int128)money.Units * PowerOfTen(exponent)) + (money.Nanos / nanosPerMinorUnit);
        return minor > long.MaxValue || minor < long.MinValue
            ? throw DomainError.InvalidArgument($"{field}.units", "is past 64 bits of minor units.", ErrorReason.AmountOutOfRange)
            : new MoneyAmount((long)minor, money.CurrencyCode);
    }

    /// <summary>The same amount as <c>google.type.Money</c>.</summary>
    public Money ToProto()
    {
        if (!Currency.TryGetExponent(CurrencyCode, out var exponent))
        {
            throw new InvalidOperationException($"'{CurrencyCode}' is no currency this service knows.");
        }

        var unit = PowerOfTen(exponent);
        return new Money
        {
            CurrencyCode = CurrencyCode,
            Units = MinorUnits / unit,
            Nanos = (int)(MinorUnits % unit * PowerOfTen(NanoDigits - exponent)),
        };
    }

    private static long PowerOfTen(int exponent)
    {
        var result = 1L;
        for (var i = 0; i < exponent; i++)
        {
            result *= 10;
        }

        return result;
    }
}
