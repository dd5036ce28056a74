using System.Text.Json;

namespace Suite.Cli.Import;

/// <summary>The fields of one JSON object. Numbers count as the digits they were written with, so that amounts stay exact.</summary>
internal sealed class JsonFields(JsonElement element) : IFieldSource
{
    public string Text(string name) => element.TryGetProperty(name, out var value) ? Text(value, name) : string.Empty;

    public IReadOnlyList<OrderRow.Line> OrderLines(string name)
    {
        if (!element.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return [];
        }

        return value.ValueKind switch
        {
            JsonValueKind.String => OrderLinesText.Parse(Text(value, name), name),
            JsonValueKind.Array => [.. value.EnumerateArray().Select((line, index) => OrderLine(line, $"{name}[{index}]"))],
            _ => throw new RowException($"{name}: must be a list of {{\"sku\", \"quantity\"}}."),
        };
    }

    private static OrderRow.Line OrderLine(JsonElement line, string path)
    {
        if (line.ValueKind != JsonValueKind.Object)
        {
            throw new RowException($"{path}: must be an object with sku and quantity.");
        }

        var fields = new JsonFields(line);
        var sku = fields.Text("sku");
        RowMapper.CheckSku(sku, path + ".sku");
        return new OrderRow.Line(sku, OrderLinesText.Quantity(fields.Text("quantity"), path + ".quantity"));
    }

    private static string Text(JsonElement value, string name)
    {
        try
        {
            return value.ValueKind switch
            {
                JsonValueKind.String => value.GetString()!.Trim(),
                JsonValueKind.Number => value.GetRawText(),
                JsonValueKind.Null => string.Empty,
                _ => throw new RowException($"{name}: must be a text or a number."),
            };
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair: JSON can spell it, text can not hold it.
            throw new RowException($"{name}: has half a character (a lone surrogate).");
        }
    }
}
