using System.CommandLine;
using Suite.Cli.Errors;
using Suite.Cli.Output;
using Suite.Contracts.Payments.V1;

namespace Suite.Cli.Commands;

/// <summary><c>suite ledger …</c></summary>
internal static class LedgerCommands
{
    public static Command Build(CommandLine cli) => new("ledger", "Shows the double-entry ledger, posts by hand, verifies and exports it.")
    {
        Balance(cli),
        Accounts(cli),
        Account(cli),
        Postings(cli),
        Transaction(cli),
        LedgerPostCommands.Post(cli),
        LedgerPostCommands.Reverse(cli),
        LedgerPostCommands.Overdraft(cli),
        LedgerWalkCommands.Verify(cli),
        LedgerWalkCommands.Export(cli),
    };

    internal static Argument<string> AccountArgument() => new("ACCOUNT") { Description = "For example providers/simulator/clearing." };

    private static Command Balance(CommandLine cli)
    {
        var command = new Command("balance", "Shows the trial balance; the exit code says whether it balances.");
        cli.Action(command, async (context, cancellationToken) =>
        {
            var balance = await context.Suite.Ledger.GetTrialBalanceAsync(cancellationToken: cancellationToken);
            context.Printer.Message(balance, () => LedgerTables.Balance(context.Printer, balance));
            return balance.Balanced ? ExitCode.Ok : ExitCode.NotBalanced;
        });
        return command;
    }

    private static Command Accounts(CommandLine cli)
    {
        var prefix = new Argument<string?>("PREFIX")
        {
            Description = "Whole segments the names begin with, for example customers; all accounts unless given.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var limits = new ListOptions();
        var command = new Command("accounts", "Shows accounts with their balances, by name.") { prefix };
        limits.AddTo(command);
        cli.Action(command, async (context, cancellationToken) =>
        {
            var wanted = context.Parsed.GetValue(prefix) is { Length: > 0 } text ? Names.Of("accounts", text) : null;
            var accounts = await ListOptions.ReadAsync(context.Suite.Ledger.ListAccounts(wanted, limits.Read(context)), cancellationToken);
            context.Printer.Messages(
                accounts, items => new ListAccountsResponse { Accounts = { items } }, items => LedgerTables.Accounts(context.Printer, items));
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command Account(CommandLine cli)
    {
        var name = AccountArgument();
        var effective = TimeOption.New("--effective-as-of", "Only what is effective by then.");
        var recorded = TimeOption.New("--recorded-as-of", "Only what was recorded by then.");
        var command = new Command("account", "Shows an account, as of now or of an earlier time.") { name, effective, recorded };
        cli.Action(command, async (context, cancellationToken) =>
        {
            var account = await context.Suite.Ledger.GetAccountAsync(
                Names.Of("accounts", context.Parsed.GetRequiredValue(name)),
                context.Parsed.GetValue(effective),
                context.Parsed.GetValue(recorded),
                cancellationToken: cancellationToken);
            context.Printer.Message(account, () => LedgerTables.Account(context.Printer, account));
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command Postings(CommandLine cli)
    {
        var account = new Option<string?>("--account") { Description = "Entries of this account.", HelpName = "ACCOUNT" };
        var source = new Option<string?>("--source") { Description = "Entries of this source: payments/{uuid}, with all its steps, or disputes/{uuid}." };
        var transaction = new Option<string?>("--transaction") { Description = "Entries of this transaction: transactions/{uuid}, or the UUID alone." };
        var filter = new Option<string?>("--filter") { Description = "More conditions (AIP-160), for example 'effective_time > \"2026-01-01T00:00:00Z\"'." };
        var limits = new ListOptions();
        var command = new Command("postings", "Shows entries of an account, a source or a transaction, the newest first.") { account, source, transaction, filter };
        limits.AddTo(command);
        cli.Action(command, async (context, cancellationToken) =>
        {
            var wanted = Names.Filter(
                context.Parsed.GetValue(account) is { } name ? $"account = \"{Names.Of("accounts", name)}\"" : null,
                context.Parsed.GetValue(source) is { } from ? $"source = \"{from}\"" : null,
                context.Parsed.GetValue(transaction) is { } id ? $"transaction = \"{Names.Of("transactions", id)}\"" : null,
                context.Parsed.GetValue(filter));
            if (wanted.Length == 0)
            {
                throw new UsageException("One of --account, --source and --transaction says which entries.");
            }

            var postings = await ListOptions.ReadAsync(context.Suite.Ledger.ListPostings(wanted, limits.Read(context)), cancellationToken);
            context.Printer.Messages(
                postings, items => new ListPostingsResponse { Postings = { items } }, items => LedgerTables.Entries(context.Printer, items));
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command Transaction(CommandLine cli)
    {
        var name = new Argument<string>("NAME") { Description = "transactions/{uuid}, or the UUID alone." };
        var command = new Command("transaction", "Shows a transaction.") { name };
        cli.Action(command, async (context, cancellationToken) =>
        {
            var transaction = await context.Suite.Ledger.GetTransactionAsync(
                Names.Of("transactions", context.Parsed.GetRequiredValue(name)), cancellationToken: cancellationToken);
            context.Printer.Message(transaction, () => LedgerTables.Transaction(context.Printer, transaction));
            return ExitCode.Ok;
        });
        return command;
    }
}
