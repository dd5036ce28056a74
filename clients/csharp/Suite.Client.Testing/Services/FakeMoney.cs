using Google.Type;
using Suite.Contracts.Common.V1;

namespace Suite.Client.Testing;

/// <summary>Sums of money, in billionths of a unit, so that nothing is rounded; and shares of money, in minor units.</summary>
internal static class FakeMoney
{
    private const long Nano = 1_000_000_000;
    private const string NoDigits = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF";
    private const string ThreeDigits = "BHD IQD JOD KWD LYD OMR TND";

    // 64 bits of cents; the services count in the minor units of each currency.
    private static readonly Int128 Most = (Int128)long.MaxValue * (Nano / 100);

    public static Money Times(Money price, int quantity, string field) => Make(price.CurrencyCode, Nanos(price) * quantity, field);

    public static Money Plus(Money? sum, Money amount, string field) =>
        Make(amount.CurrencyCode, (sum is null ? 0 : Nanos(sum)) + Nanos(amount), field);

    public static Money Minus(Money amount, Money? less) => Of(amount.CurrencyCode, Nanos(amount) - (less is null ? 0 : Nanos(less)));

    public static Int128 Nanos(Money? money) => money is null ? 0 : ((Int128)money.Units * Nano) + money.Nanos;

    public static Money Of(string currency, Int128 nanos) =>
        new() { CurrencyCode = currency, Units = (long)(nanos / Nano), Nanos = (int)(nanos % Nano) };

    /// <summary>An amount as minor units of its currency.</summary>
    public static Int128 Minor(Money? money) => money is null ? 0 : Nanos(money) / NanosOfMinor(money.CurrencyCode);

    public static Money OfMinor(Int128 minor, string currency) => Of(currency, minor * NanosOfMinor(currency));

    /// <summary>An amount that is asked for: in the currency, more than 0, with no more digits than the currency has.</summary>
    public static Money Check(Money amount, string currency, string field)
    {
        if (amount.CurrencyCode != currency)
        {
            throw FakeErrors.Invalid(field, $"is in {amount.CurrencyCode}, but must be in {currency}.", ErrorReason.CurrencyMismatch);
        }

        CheckDigits(amount, field);
        return Nanos(amount) > 0 ? amount : throw FakeErrors.Invalid(field, "must be more than 0.");
    }

    public static void CheckDigits(Money amount, string field)
    {
        if (Nanos(amount) % NanosOfMinor(amount.CurrencyCode) != 0)
        {
            throw FakeErrors.Invalid(field, $"has more digits than {amount.CurrencyCode} has.", ErrorReason.AmountOutOfRange);
        }
    }

    /// <summary>Splits by largest remainder in proportion to weights; ties go to the first.</summary>
    public static Int128[] Split(Int128 total, IReadOnlyList<Int128> weights)
    {
        var shares = new Int128[weights.Count];
        var all = weights.Aggregate(Int128.Zero, (sum, weight) => sum + weight);
        if (total == 0 || all == 0)
        {
            return shares;
        }

        var (sign, size) = (Int128.Sign(total), Int128.Abs(total));
        var rests = new Int128[weights.Count];
        var left = size;
        for (var i = 0; i < shares.Length; i++)
        {
            (shares[i], rests[i]) = Int128.DivRem(size * weights[i], all);
            left -= shares[i];
        }

        foreach (var i in Enumerable.Range(0, shares.Length).OrderByDescending(i => rests[i]).ThenBy(i => i).Take((int)left))
        {
            shares[i]++;
        }

        return [.. shares.Select(share => share * sign)];
    }

    private static long NanosOfMinor(string currency) =>
        NoDigits.Contains(currency, StringComparison.Ordinal) ? Nano
        : ThreeDigits.Contains(currency, StringComparison.Ordinal) ? Nano / 1000
        : Nano / 100;

    private static Money Make(string currency, Int128 nanos, string field) => nanos > Most
        ? throw FakeErrors.Invalid(field, "makes the total larger than 64 bits of minor units.", ErrorReason.AmountOutOfRange)
        : Of(currency, nanos);
}
