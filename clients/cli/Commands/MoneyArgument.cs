using Google.Type;
using Suite.Cli.Errors;
using Suite.Cli.Import;

namespace Suite.Cli.Commands;

/// <summary>Amounts on the command line: <c>4.90EUR</c>, or <c>4.90</c> where the currency is known otherwise. Exact, without floating point.</summary>
internal static class MoneyArgument
{
    public const string Form = "AMOUNT[CURRENCY]";

    /// <summary>Whether the text says its currency.</summary>
    public static bool NamesCurrency(string text) => text.Length > 3 && text[^3..].All(char.IsAsciiLetterUpper);

    /// <summary>Reads an amount, which may be negative.</summary>
    /// <param name="text">The amount.</param>
    /// <param name="field">The option it comes from.</param>
    /// <param name="currency">The currency where the text names none.</param>
    /// <exception cref="UsageException">It is no amount, or its currency is not known.</exception>
    public static Money Parse(string text, string field, string? currency = null)
    {
        var number = NamesCurrency(text) ? text[..^3].TrimEnd() : text;
        var code = NamesCurrency(text) ? text[^3..] : currency ?? throw new UsageException($"{field}: '{text}' needs a currency, such as {text}EUR.");
        var isNegative = number.StartsWith('-');
        try
        {
            var money = MoneyText.Parse(isNegative ? number[1..] : number, code);
            return isNegative ? new Money { CurrencyCode = code, Units = -money.Units, Nanos = -money.Nanos } : money;
        }
        catch (RowException e)
        {
            throw new UsageException($"{field}: '{text}' is no amount such as 12.90 or 12.90EUR.", e);
        }
    }
}
