using System.Text.Json;
using System.Text.Json.Serialization;
using Suite.Orders.Domain;
using Suite.Platform.Monetary;
using Kind = Suite.Contracts.Orders.V1.OrderAdjustment.Types.Kind;

namespace Suite.Orders.Storage;

/// <summary>What an order keeps as <c>jsonb</c>: its adjustments, and the lines of its steps. They are read and written as a whole.</summary>
internal static partial class OrderJson
{
    /// <summary>The adjustments of an order; null for none.</summary>
    public static string? Write(IReadOnlyList<Adjustment> adjustments) => adjustments.Count == 0
        ? null
        : JsonSerializer.Serialize(
            [.. adjustments.Select(a => new AdjustmentRow((int)a.Kind, a.Amount.MinorUnits, a.DisplayName))], Rows.Default.AdjustmentRowArray);

    public static IReadOnlyList<Adjustment> ReadAdjustments(string? json, string currency) => json is null
        ? []
        : [.. JsonSerializer.Deserialize(json, Rows.Default.AdjustmentRowArray)!
            .Select(a => new Adjustment((Kind)a.Kind, new MoneyAmount(a.Minor, currency), a.Name))];

    public static string Write(IReadOnlyList<StepLine> lines) => JsonSerializer.Serialize(
        [.. lines.Select(line => new LineRow(line.Number, line.Quantity, line.AmountMinor))], Rows.Default.LineRowArray);

    public static IReadOnlyList<StepLine> ReadLines(string json) =>
        [.. JsonSerializer.Deserialize(json, Rows.Default.LineRowArray)!.Select(line => new StepLine(line.Number, line.Quantity, line.Minor))];

    internal sealed record AdjustmentRow(int Kind, long Minor, string Name);

    internal sealed record LineRow(int Number, int Quantity, long Minor);

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
    [JsonSerializable(typeof(AdjustmentRow[]))]
    [JsonSerializable(typeof(LineRow[]))]
    private sealed partial class Rows : JsonSerializerContext;
}
