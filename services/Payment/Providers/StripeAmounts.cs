using System.Collections.Frozen;
using Suite.Platform.Monetary;

namespace Suite.Payments.Providers;

/// <summary>
/// Amounts as Stripe counts them, which is in minor units of ISO 4217 but for some currencies (docs.stripe.com/currencies): MGA has
/// no digits there; ISK and UGX have two that are 0; of three digits the last one is 0. What Stripe cannot say is refused, never rounded.
/// (HUF and TWD are special in payouts only.)
/// </summary>
internal static class StripeAmounts
{
    private static readonly FrozenSet<string> s_withoutDigits = FrozenSet.Create(StringComparer.Ordinal, "MGA");
    private static readonly FrozenSet<string> s_withTwoZeros = FrozenSet.Create(StringComparer.Ordinal, "ISK", "UGX");

    private static readonly FrozenSet<string> s_withLastZero =
        FrozenSet.Create(StringComparer.Ordinal, "BHD", "JOD", "KWD", "OMR", "TND");

    /// <summary>The amount for a request.</summary>
    /// <returns>False when Stripe cannot say it.</returns>
    public static bool TryWrite(MoneyAmount amount, out long written)
    {
        var (minor, code) = amount;
        written = 0;
        if (s_withoutDigits.Contains(code))
        {
            written = minor / 100;
            return minor % 100 == 0;
        }

        if (s_withTwoZeros.Contains(code))
        {
            if (minor > long.MaxValue / 100)
            {
                return false;
            }

            written = minor * 100;
            return true;
        }

        written = minor;
        return !s_withLastZero.Contains(code) || minor % 10 == 0;
    }

    /// <summary>The minor units of an amount that Stripe says.</summary>
    /// <param name="amount">As Stripe says it.</param>
    /// <param name="currency">In capitals or not.</param>
    public static MoneyAmount Read(long amount, string currency)
    {
        var code = currency.ToUpperInvariant();
        return s_withoutDigits.Contains(code) ? new MoneyAmount(checked(amount * 100), code)
            : s_withTwoZeros.Contains(code) ? new MoneyAmount(amount / 100, code)
            : new MoneyAmount(amount, code);
    }
}
