using Google.Type;
using Suite.Contracts.Common.V1;

namespace Suite.Client.Testing;

/// <summary>Sums of money, in billionths of a unit, so that nothing is rounded.</summary>
internal static class FakeMoney
{
    private const long Nano = 1_000_000_000;

    // 64 bits of cents; the services count in the minor units of each currency.
    private static readonly Int128 Most = (Int128)long.MaxValue * (Nano / 100);

    public static Money Times(Money price, int quantity, string field) => Make(price.CurrencyCode, Nanos(price) * quantity, field);

    public static Money Plus(Money? sum, Money amount, string field) =>
        Make(amount.CurrencyCode, (sum is null ? 0 : Nanos(sum)) + Nanos(amount), field);

    private static Int128 Nanos(Money money) => ((Int128)money.Units * Nano) + money.Nanos;

    private static Money Make(string currency, Int128 nanos, string field) => nanos > Most
        ? throw FakeErrors.Invalid(field, "makes the total larger than 64 bits of minor units.", ErrorReason.AmountOutOfRange)
        : new Money { CurrencyCode = currency, Units = (long)(nanos / Nano), Nanos = (int)(nanos % Nano) };
}
