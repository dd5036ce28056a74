using System.Globalization;
using System.Text.Json.Nodes;
using Grpc.Core;
using Spectre.Console;
using Spectre.Console.Rendering;
using Suite.Cli.Errors;
using Suite.Cli.Load;

namespace Suite.Cli.Output;

/// <summary>What became of a load: a line for each kind of call and each way it ended, and one for all.</summary>
internal static class LoadTables
{
    public static IRenderable Table(Printer printer, LoadRun run)
    {
        var table = printer.NewTable("OPERATION", "RESULT", "COUNT", "PER SECOND", "P50 MS", "P99 MS", "P99.9 MS", "MAX MS");
        foreach (var outcome in run.Tally.Outcomes)
        {
            Add(Name(outcome.Operation), ErrorReport.CodeName(outcome.Code), outcome.Latencies);
        }

        Add("all", string.Create(CultureInfo.InvariantCulture, $"{run.Tally.Errors} errors"), All(run.Tally.Outcomes));
        return table;

        void Add(string operation, string result, LatencyHistogram latencies) => table.AddRow(
            new Text(operation),
            new Text(result),
            new Text(Facts.Number(latencies.Count)),
            new Text(PerSecond(run, latencies.Count).ToString("0.0", CultureInfo.InvariantCulture)),
            new Text(Milliseconds(latencies.Percentile(50))),
            new Text(Milliseconds(latencies.Percentile(99))),
            new Text(Milliseconds(latencies.Percentile(99.9))),
            new Text(Milliseconds(latencies.Max)));
    }

    /// <summary>The same for programs. Latencies are in milliseconds.</summary>
    public static JsonObject Json(LoadRun run)
    {
        var operations = new JsonObject();
        foreach (var kind in run.Tally.Outcomes.GroupBy(o => o.Operation))
        {
            var json = Summary(run, [.. kind]);
            json["byCode"] = new JsonObject(kind.Select(o => KeyValuePair.Create<string, JsonNode?>(ErrorReport.CodeName(o.Code), Latency(o.Latencies))));
            operations[Name(kind.Key)] = json;
        }

        return new JsonObject
        {
            ["seconds"] = Math.Round(run.Measured.TotalSeconds, 3),
            ["latencyFrom"] = run.Plan.Rate is null ? "sent" : "due",
            ["unsent"] = run.Unsent,
            ["all"] = Summary(run, run.Tally.Outcomes),
            ["operations"] = operations,
        };
    }

    private static JsonObject Summary(LoadRun run, IReadOnlyList<LoadOutcome> outcomes)
    {
        var all = All(outcomes);
        var ok = outcomes.Where(o => o.Code == StatusCode.OK).Sum(o => o.Latencies.Count);
        var json = Latency(all);
        json["ok"] = ok;
        json["errors"] = all.Count - ok;
        json["perSecond"] = Math.Round(PerSecond(run, all.Count), 1);
        return json;
    }

    private static JsonObject Latency(LatencyHistogram latencies) => new()
    {
        ["count"] = latencies.Count,
        ["p50"] = latencies.Percentile(50).TotalMilliseconds,
        ["p99"] = latencies.Percentile(99).TotalMilliseconds,
        ["p999"] = latencies.Percentile(99.9).TotalMilliseconds,
        ["max"] = latencies.Max.TotalMilliseconds,
    };

    private static LatencyHistogram All(IEnumerable<LoadOutcome> outcomes)
    {
        var all = new LatencyHistogram();
        foreach (var outcome in outcomes)
        {
            all.Add(outcome.Latencies);
        }

        return all;
    }

    private static double PerSecond(LoadRun run, long count) => count / Math.Max(run.Measured.TotalSeconds, 0.001);

    private static string Name(LoadOperation operation) => operation.ToString().ToLowerInvariant();

    private static string Milliseconds(TimeSpan time) => time.TotalMilliseconds.ToString("0.00", CultureInfo.InvariantCulture);
}
