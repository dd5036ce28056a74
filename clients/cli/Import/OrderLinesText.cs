using System.Globalization;

namespace Suite.Cli.Import;

/// <summary>The lines of an order in one CSV field: <c>sku:quantity;sku:quantity</c>.</summary>
internal static class OrderLinesText
{
    /// <exception cref="RowException">The text is none.</exception>
    public static IReadOnlyList<OrderRow.Line> Parse(string text, string field)
    {
        var lines = new List<OrderRow.Line>();
        foreach (var part in text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var colon = part.LastIndexOf(':');
            if (colon < 0)
            {
                throw new RowException($"{field}: '{RowMapper.Shown(part)}' is not of the form sku:quantity.");
            }

            var sku = part[..colon].Trim();
            RowMapper.CheckSku(sku, field);
            lines.Add(new OrderRow.Line(sku, Quantity(part[(colon + 1)..].Trim(), field)));
        }

        return lines;
    }

    /// <summary>Reads a quantity: a whole number of units.</summary>
    /// <exception cref="RowException">It is none, or out of range.</exception>
    public static int Quantity(string text, string field)
    {
        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var quantity))
        {
            throw new RowException($"{field}: the quantity '{RowMapper.Shown(text)}' is no whole number.");
        }

        return quantity is >= 1 and <= RowMapper.MostUnits
            ? (int)quantity
            : throw new RowException($"{field}: the quantity {quantity} is not between 1 and {RowMapper.MostUnits}.");
    }
}
