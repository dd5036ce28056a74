using System.Globalization;
using Google.Type;

namespace Suite.Cli.Output;

/// <summary>Amounts for people, such as <c>12.90 EUR</c>.</summary>
internal static class AmountText
{
    private const int NanoDigits = 9;

    // How many digits are shown, nothing else: amounts themselves come from the services, which own the table of currencies.
    private const string NoDigits = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF";
    private const string ThreeDigits = "BHD IQD JOD KWD LYD OMR TND";

    public static string Of(Money? money) => money is null ? string.Empty : Of(Nanos(money), money.CurrencyCode);

    /// <param name="nanos">The amount in billionths of a unit.</param>
    /// <param name="currency">ISO 4217.</param>
    public static string Of(Int128 nanos, string currency) => $"{Number(nanos, currency)} {currency}";

    /// <summary>The amount without its currency, with the digits the currency has.</summary>
    /// <param name="nanos">The amount in billionths of a unit.</param>
    /// <param name="currency">ISO 4217.</param>
    public static string Number(Int128 nanos, string currency)
    {
        var digits = Int128.Abs(nanos).ToString(CultureInfo.InvariantCulture).PadLeft(NanoDigits + 1, '0');
        var fraction = digits[^NanoDigits..].TrimEnd('0').PadRight(DigitsOf(currency), '0');
        var sign = nanos < 0 ? "-" : string.Empty;
        return $"{sign}{digits[..^NanoDigits]}{(fraction.Length > 0 ? "." : string.Empty)}{fraction}";
    }

    /// <summary>The amount in billionths of a unit.</summary>
    public static Int128 Nanos(Money money) => ((Int128)money.Units * 1_000_000_000) + money.Nanos;

    private static int DigitsOf(string currency) => currency.Length != 3 ? 2
        : NoDigits.Contains(currency, StringComparison.Ordinal) ? 0
        : ThreeDigits.Contains(currency, StringComparison.Ordinal) ? 3
        : 2;
}
