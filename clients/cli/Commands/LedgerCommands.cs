using System.CommandLine;
using Suite.Cli.Output;

namespace Suite.Cli.Commands;

/// <summary><c>suite ledger …</c></summary>
internal static class LedgerCommands
{
    public static Command Build(CommandLine cli) => new("ledger", "Shows the double-entry ledger.") { Balance(cli) };

    private static Command Balance(CommandLine cli)
    {
        var command = new Command("balance", "Shows the trial balance; the exit code says whether it balances.");
        cli.Action(command, async (context, cancellationToken) =>
        {
            var balance = await context.Suite.Ledger.GetTrialBalanceAsync(cancellationToken: cancellationToken);
            context.Printer.Message(balance, () => PaymentTables.Balance(context.Printer, balance));
            return balance.Balanced ? ExitCode.Ok : ExitCode.NotBalanced;
        });
        return command;
    }
}
