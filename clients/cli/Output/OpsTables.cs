using Spectre.Console;
using Spectre.Console.Rendering;
using Suite.Contracts.Ops.V1;

namespace Suite.Cli.Output;

/// <summary>Dead letters and faults for people.</summary>
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
