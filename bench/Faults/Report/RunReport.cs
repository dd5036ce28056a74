using System.Globalization;
using System.Text;
using System.Text.Json;
using Suite.Faults.Checking;
using Suite.Faults.History;
using Suite.Faults.Plan;

namespace Suite.Faults.Report;

/// <summary>What a run did and found: for people, and as JSON.</summary>
internal static class RunReport
{
    private static readonly JsonSerializerOptions s_json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    /// <summary>Writes both.</summary>
    public static async Task WriteAsync(
        RunFolder folder,
        IReadOnlyDictionary<string, string> options,
        FaultPlan plan,
        RunHistory history,
        IReadOnlyList<Violation> violations)
    {
        var fired = history.Of<FaultFired>();
        var calls = history.Of<ClientCall>();
        await File.WriteAllTextAsync(folder.ReportFile, Text(options, plan, fired, calls, history, violations));
        await File.WriteAllTextAsync(folder.JsonFile, JsonSerializer.Serialize(
            new
            {
                Options = options,
                Planned = plan.Faults,
                Fired = fired,
                Calls = calls.GroupBy(call => call.Operation).Select(group => Counted.Of(group.Key, group)),
                Violations = violations,
            },
            s_json));
    }

    private static string Text(
        IReadOnlyDictionary<string, string> options,
        FaultPlan plan,
        IReadOnlyList<FaultFired> fired,
        IReadOnlyList<ClientCall> calls,
        RunHistory history,
        IReadOnlyList<Violation> violations)
    {
        var text = new StringBuilder();
        Line($"# Fault run {options["seed"]}: {(violations.Count == 0 ? "nothing found" : $"{violations.Count} violations")}");
        Line($"");
        Line($"`./build.sh faults --seed {options["seed"]} --minutes {options["minutes"]} --clients {options["clients"]}` plans the same faults; processes interleave anew.");
        Line($"");
        foreach (var (name, value) in options)
        {
            Line($"- {name}: {value}");
        }

        if (history.Of<Drained>() is [.., var drained])
        {
            Line($"- drained in {(drained.At - drained.Start).TotalSeconds:0.0} s");
        }

        foreach (var violation in violations)
        {
            Line($"");
            Line($"## {violation.Property}");
            Line($"");
            Line($"{violation.Sentence}");
            Line($"");
            foreach (var record in violation.Records.Take(30))
            {
                Line($"    {record}");
            }
        }

        Line($"");
        Line($"## Faults");
        Line($"");
        Line($"{fired.Count} of {plan.Faults.Count} planned ones.");
        Line($"");
        Line($"| kind | target | times | hits | evidence of the last |");
        Line($"|---|---|---|---|---|");
        foreach (var group in fired.GroupBy(fault => (fault.Kind, fault.Target)).OrderBy(group => group.Key))
        {
            Line($"| {group.Key.Kind} | {group.Key.Target} | {group.Count()} | {group.Sum(fault => fault.Hits)} | {group.Last().Evidence.ReplaceLineEndings(" ")} |");
        }

        Line($"");
        Line($"## Calls");
        Line($"");
        Line($"| call | ok | failed | unknown | not ok, by status |");
        Line($"|---|---|---|---|---|");
        foreach (var counted in calls.GroupBy(call => call.Operation).OrderBy(group => group.Key).Select(group => Counted.Of(group.Key, group)))
        {
            Line($"| {counted.Operation} | {counted.Ok} | {counted.Failed} | {counted.Unknown} | {string.Join(", ", counted.By.Select(by => $"{by.Value} {by.Key}"))} |");
        }

        Line($"");
        Line($"## Memory");
        Line($"");
        Line($"| replica | processes | least MiB | most MiB |");
        Line($"|---|---|---|---|");
        foreach (var group in history.Of<MemorySample>().GroupBy(sample => sample.Replica).OrderBy(group => group.Key))
        {
            Line($"| {group.Key} | {group.DistinctBy(sample => sample.ProcessId).Count()} | {group.Min(sample => sample.Bytes) >> 20} | {group.Max(sample => sample.Bytes) >> 20} |");
        }

        return text.ToString();

        void Line(FormattableString line) => text.AppendLine(line.ToString(CultureInfo.InvariantCulture));
    }

    private sealed record Counted(string Operation, int Ok, int Failed, int Unknown, IReadOnlyDictionary<string, int> By)
    {
        public static Counted Of(Operation operation, IEnumerable<ClientCall> calls)
        {
            var all = calls.ToList();
            return new Counted(
                operation.ToString(),
                all.Count(call => call.Outcome == Outcome.Ok),
                all.Count(call => call.Outcome == Outcome.Failed),
                all.Count(call => call.Outcome == Outcome.Unknown),
                all.Where(call => call.Outcome != Outcome.Ok).GroupBy(call => $"{call.Status} {call.Reason}".Trim())
                    .OrderByDescending(group => group.Count()).ToDictionary(group => group.Key, group => group.Count()));
        }
    }
}
