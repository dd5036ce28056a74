using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Suite.Bench.Report;

/// <summary>All that a run found: a table for people, JSON for programs.</summary>
internal sealed record BenchReport(
    DateTimeOffset Time, bool IsQuick, Machine Machine, string PostgreSql, string Kafka, IReadOnlyList<PartResult> Parts)
{
    private static readonly JsonSerializerOptions s_json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public string ToJson() => JsonSerializer.Serialize(this, s_json);

    public string ToTable()
    {
        var text = new StringBuilder();
        Line($"{Time:yyyy-MM-dd HH:mm} UTC, {Machine.Cores} x {Machine.Processor}, {Machine.MemoryGiB:0} GiB, {Machine.Runtime}, PostgreSQL {PostgreSql}, {Kafka}, commit {Machine.Commit}");
        if (IsQuick)
        {
            Line($"A quick run: it shows that everything works; its numbers mean little.");
        }

        if (Machine.LoadAtStart > Machine.Cores * 0.5)
        {
            Line($"The machine was busy at the start (load {Machine.LoadAtStart:0.0} on {Machine.Cores} cores): what follows is less than it can do.");
        }

        foreach (var part in Parts)
        {
            Line($"");
            Line($"{part.Title}");
            Line($"  {"",-46}{"measured",12}{"yardstick",12}{"ratio",8}  {"spread",-13}{"wanted",-16}{"yardstick is"}");
            foreach (var measurement in part.Measurements)
            {
                Line($"  {measurement.What,-46}{Amount(measurement.Value, measurement.Unit),12}{Yardstick(measurement)}{Wanted(measurement),-16}{measurement.Against?.With}");
                if (measurement.Details.Count > 0)
                {
                    Line($"      {string.Join(", ", measurement.Details.Select(d => $"{d.Key} {Number(d.Value)}"))}");
                }
            }

            foreach (var command in part.Commands)
            {
                Line($"  > {command}");
            }
        }

        return text.ToString();

        void Line(FormattableString line) => text.AppendLine(line.ToString(CultureInfo.InvariantCulture).TrimEnd());
    }

    private static string Yardstick(Measurement measurement) => measurement.Against is not { } against
        ? string.Create(CultureInfo.InvariantCulture, $"{"",12}{"",8}  {"",-13}")
        : string.Create(CultureInfo.InvariantCulture, $"{Amount(against.Value, measurement.Unit),12}{against.Ratio,8:0.00}  {$"{Ratio(against.Lowest)}..{Ratio(against.Highest)}",-13}");

    private static string Wanted(Measurement measurement) => measurement.Target is not { } target
        ? string.Empty
        : string.Create(CultureInfo.InvariantCulture, $"{(target.IsLeast ? ">=" : "<=")} {target.Bound:0.##}{(target.OfRatio ? "" : " " + measurement.Unit)} {(measurement.IsMet == true ? "met" : "MISSED")}");

    private static string Amount(double value, string unit) => Number(value) + (unit.StartsWith('/') ? unit : " " + unit);

    private static string Ratio(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);

    private static string Number(double value) => value.ToString(
        value switch { >= 100 => "#,##0", >= 10 => "0.0", _ => "0.00" }, CultureInfo.InvariantCulture);
}
