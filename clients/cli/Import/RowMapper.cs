using System.Net.Mail;

namespace Suite.Cli.Import;

/// <summary>
/// Reads records into rows. What can be seen in the line alone is checked here, with a reason for people; what needs the record
/// (does the product exist, is the customer active) is left to the services, whose answer is reported with the same line number.
/// </summary>
internal static class RowMapper
{
    /// <summary>The most lines an order may have, as the contract says.</summary>
    public const int MostLines = 500;

    /// <summary>The most units a line may have, as the contract says.</summary>
    public const int MostUnits = 1_000_000;

    private const int LongestReference = 200;

    public static readonly IReadOnlyList<string> OrderColumns = ["order_ref", "customer", "lines", "payment_method"];

    public static readonly IReadOnlyList<string> UserColumns = ["customer_ref", "email"];

    public static readonly IReadOnlyList<string> ProductColumns = ["sku", "display_name", "price", "currency"];

    public static OrderRow Order(IFieldSource fields)
    {
        var reference = Required(fields, "order_ref", LongestReference);
        var customer = Required(fields, "customer", LongestReference);
        var lines = fields.OrderLines("lines");
        if (lines.Count == 0)
        {
            throw new RowException("lines: at least one is needed, written as sku:quantity;sku:quantity.");
        }

        return lines.Count > MostLines
            ? throw new RowException($"lines: an order has at most {MostLines} lines, this one has {lines.Count}.")
            : new OrderRow(reference, customer, lines, Required(fields, "payment_method", 200));
    }

    public static UserRow User(IFieldSource fields)
    {
        var email = Required(fields, "email", 254);
        if (!MailAddress.TryCreate(email, out var address) || address.Address != email)
        {
            throw new RowException("email: is no e-mail address such as ada@example.com.");
        }

        return new UserRow(Required(fields, "customer_ref", LongestReference), email, Limited(fields, "display_name", 200), fields.Text("user"));
    }

    public static ProductRow Product(IFieldSource fields)
    {
        var sku = Required(fields, "sku", 64);
        CheckSku(sku, "sku");
        return new ProductRow(sku, Required(fields, "display_name", 200), MoneyText.Parse(Required(fields, "price", 40), Required(fields, "currency", 3)));
    }

    /// <summary>Checks the form of a sku.</summary>
    /// <exception cref="RowException">It is none.</exception>
    public static void CheckSku(string sku, string field)
    {
        if (sku.Length is 0 or > 64 || sku.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_' or '-')))
        {
            throw new RowException($"{field}: '{Shown(sku)}' is no sku (1 to 64 characters out of a-z, A-Z, 0-9, '.', '_' and '-').");
        }
    }

    /// <summary>What was written, short enough to show.</summary>
    public static string Shown(string text)
    {
        var clean = string.Concat(text.Select(c => char.IsControl(c) ? '\uFFFD' : c));
        return clean.Length <= 40 ? clean : string.Concat(clean.AsSpan(0, 39), "…");
    }

    private static string Required(IFieldSource fields, string name, int longest)
    {
        var text = Limited(fields, name, longest);
        return text.Length == 0 ? throw new RowException($"{name}: must be set.") : text;
    }

    private static string Limited(IFieldSource fields, string name, int longest)
    {
        var text = fields.Text(name);
        return text.Length > longest && text.EnumerateRunes().Count() > longest
            ? throw new RowException($"{name}: has more than {longest} characters.")
            : text;
    }
}
