using System.Globalization;
using Google.Type;

namespace Suite.Cli.Import;

/// <summary>Reads amounts such as <c>12.90</c> exactly, without floating point. How many digits a currency has is the service's to say.</summary>
internal static class MoneyText
{
    private const int NanoDigits = 9;

    /// <exception cref="RowException">The text is no amount, or the currency no three letters.</exception>
    public static Money Parse(string amount, string currency)
    {
        if (currency.Length != 3 || !currency.All(char.IsAsciiLetterUpper))
        {
            throw new RowException($"currency: '{RowMapper.Shown(currency)}' is no ISO 4217 code such as EUR.");
        }

        var point = amount.IndexOf('.', StringComparison.Ordinal);
        var whole = point < 0 ? amount : amount[..point];
        var fraction = point < 0 ? string.Empty : amount[(point + 1)..];
        var wellFormed = whole.Length > 0 && whole.All(char.IsAsciiDigit) && fraction.All(char.IsAsciiDigit) && (point < 0 || fraction.Length > 0);
        if (!wellFormed)
        {
            throw new RowException($"price: '{RowMapper.Shown(amount)}' is no amount such as 12.90.");
        }

        if (fraction.TrimEnd('0').Length > NanoDigits || !long.TryParse(whole, NumberStyles.None, CultureInfo.InvariantCulture, out var units))
        {
            throw new RowException($"price: '{RowMapper.Shown(amount)}' is out of range.");
        }

        var nanos = fraction.Length > NanoDigits ? fraction[..NanoDigits] : fraction.PadRight(NanoDigits, '0');
        return new Money { CurrencyCode = currency, Units = units, Nanos = int.Parse(nanos, NumberStyles.None, CultureInfo.InvariantCulture) };
    }
}
