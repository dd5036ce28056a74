using Spectre.Console;
using Spectre.Console.Rendering;
using Suite.Contracts.Ops.V1;

namespace Suite.Cli.Output;

/// <summary>Dead letters, projections and faults for people.</summary>
internal static class OpsTables
{
    public static IRenderable DeadLetters(Printer printer, IReadOnlyList<DeadLetter> letters)
    {
        var table = printer.NewTable("ID", "KIND", "CONSUMER", "TYPE", "KEY", "ATTEMPTS", "PARKED", "REASON");
        foreach (var letter in letters)
        {
            table.AddRow(
                new Text(Facts.Number(letter.Id)),
                new Text(letter.Kind.ToString().ToUpperInvariant()),
                new Text(letter.Consumer),
                new Text(letter.Type),
                new Text(letter.Key),
                new Text(Facts.Number(letter.Attempts)),
                new Text(Facts.Time(letter.ParkTime)),
                new Text(letter.Reason));
        }

        return table;
    }

    public static IRenderable Projections(Printer printer, IReadOnlyList<Projection> projections)
    {
        var table = printer.NewTable("NAME", "STATE", "VERSION", "GENERATION", "READ", "COMPLETE SINCE", "LAST VERIFIED", "DIFFERENCES");
        foreach (var projection in projections)
        {
            table.AddRow(
                new Text(projection.Name),
                new Text(ContractNames.Of(projection.State)),
                new Text(Facts.Number(projection.Version)),
                new Text(Facts.Number(projection.Generation)),
                new Text(projection.BeginTime is null ? string.Empty : $"{Facts.Number(projection.ReadCount)} of {Facts.Number(projection.TotalCount)}"),
                new Text(Facts.Time(projection.CompleteTime)),
                new Text(Facts.Time(projection.LastVerification?.EndTime)),
                new Text(projection.LastVerification is { } found ? $"{Facts.Number(found.DifferenceCount)} of {Facts.Number(found.DocumentCount)}" : string.Empty));
        }

        return table;
    }

    public static IRenderable Faults(Printer printer, IReadOnlyList<Fault> faults)
    {
        var table = printer.NewTable("TARGET", "KIND", "LATENCY", "SHARE", "UNTIL");
        foreach (var fault in faults)
        {
            table.AddRow(
                new Text(ContractNames.Of(fault.Target)),
                new Text(ContractNames.Of(fault.Kind)),
                new Text(fault.Latency is { } latency ? FormattableString.Invariant($"{latency.ToTimeSpan().TotalMilliseconds} ms") : string.Empty),
                new Text(FormattableString.Invariant($"{(fault.Percent == 0 ? 100 : fault.Percent)} %")),
                new Text(Facts.Time(fault.ExpireTime)));
        }

        return table;
    }
}
