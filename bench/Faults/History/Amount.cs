using Google.Type;

namespace Suite.Faults.History;

/// <summary>An amount in minor units, counted here and not by what is checked.</summary>
/// <param name="Minor">Cents, yen, fils.</param>
/// <param name="Currency">ISO 4217.</param>
internal readonly record struct Amount(long Minor, string Currency)
{
    /// <summary>Reads an amount.</summary>
    /// <exception cref="InvalidDataException">It has more digits than its currency, or is none of the run's currencies.</exception>
    public static Amount Of(Money money)
    {
        // The currencies a run pays in. Any other is not known how to be counted.
        var nanosPerMinor = money.CurrencyCode switch
        {
            "JPY" => 1_000_000_000,
            "EUR" or "USD" or "GBP" or "CHF" => 10_000_000,
            "KWD" => 1_000_000,
            _ => throw new InvalidDataException($"{money.CurrencyCode} is no currency of a fault run."),
        };
        return money.Nanos % nanosPerMinor == 0
            ? new Amount((money.Units * (1_000_000_000 / nanosPerMinor)) + (money.Nanos / nanosPerMinor), money.CurrencyCode)
            : throw new InvalidDataException($"{money.Units} and {money.Nanos} nanos are no amount of {money.CurrencyCode}.");
    }

    /// <summary>The minor units, 0 where there is no amount.</summary>
    public static long MinorOf(Money? money) => money is null ? 0 : Of(money).Minor;

    public override string ToString() => $"{Minor} minor units of {Currency}";
}
