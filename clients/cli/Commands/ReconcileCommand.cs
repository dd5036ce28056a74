using System.CommandLine;
using System.Text.Json.Nodes;
using Suite.Cli.Output;
using Suite.Cli.Session;
using Suite.Contracts.Payments.V1;

namespace Suite.Cli.Commands;

/// <summary><c>suite reconcile</c></summary>
internal static class ReconcileCommand
{
    // What is shown of a suite that is thoroughly out of step; the count says how many there are.
    private const int MostShown = 10_000;

    private static readonly TimeSpan BetweenNews = TimeSpan.FromSeconds(2);

    public static Command Build(CommandLine cli)
    {
        var from = TimeOption.New("--from", "Only payments created at that time or later.");
        var until = TimeOption.New("--until", "Only payments created before that time.");
        var command = new Command(
            "reconcile", "Compares orders, payments, the ledger and the provider's record; the exit code says whether they agree.") { from, until };
        cli.Action(command, async (context, cancellationToken) =>
        {
            var news = new Throttle(BetweenNews);
            var all = new ReconcilePaymentsResponse();
            var parts = context.Suite.Reconciliation.RunAsync(
                context.Parsed.GetValue(from), context.Parsed.GetValue(until), LedgerWalkCommands.Options(context), cancellationToken);
            await foreach (var part in parts)
            {
                Take(context, all, part);
                if (!part.Done && news.TryTell(context.Host.Time))
                {
                    context.Notices.Info($"{part.Payments} payments compared, {part.DifferenceCount} differences so far");
                }
            }

            LedgerWalkCommands.MustBeDone(all.Done);
            if (context.Printer.Format == OutputFormat.Jsonl)
            {
                all.Differences.Clear();
                context.Printer.StreamLine(() => new JsonObject { ["summary"] = ProtoJson.Node(all) }, () => string.Empty);
            }
            else
            {
                context.Printer.Message(all, () => LedgerTables.Reconciliation(context.Printer, all));
            }

            return all.DifferenceCount == 0 ? ExitCode.Ok : ExitCode.Differences;
        });
        return command;
    }

    private static void Take(CommandContext context, ReconcilePaymentsResponse all, ReconcilePaymentsResponse part)
    {
        foreach (var difference in part.Differences)
        {
            if (context.Printer.Format == OutputFormat.Jsonl)
            {
                context.Printer.StreamLine(() => ProtoJson.Node(difference), () => string.Empty);
            }
            else if (all.Differences.Count < MostShown)
            {
                all.Differences.Add(difference);
            }
        }

        (all.Payments, all.ProviderPayments, all.DifferenceCount, all.Done) =
            (part.Payments, part.ProviderPayments, part.DifferenceCount, part.Done);
        all.Sums.Add(part.Sums);
    }
}
