using System.CommandLine;
using Google.Protobuf.WellKnownTypes;
using Suite.Cli.Errors;
using Suite.Cli.Output;
using Suite.Cli.Session;
using Suite.Contracts.Payments.V1;
using Side = Suite.Contracts.Payments.V1.Account.Types.Side;

namespace Suite.Cli.Commands;

/// <summary><c>suite ledger post</c>, <c>reverse</c> and <c>overdraft</c>: what is written by hand.</summary>
internal static class LedgerPostCommands
{
    public static Command Post(CommandLine cli)
    {
        var debits = EntryOption("--debit");
        var credits = EntryOption("--credit");
        var description = new Option<string?>("--description") { Description = "For the record; no personal data." };
        var effective = TimeOption.New("--effective-time", "From when on it counts; now unless given.");
        var requestId = RequestIdOption.New();
        var command = new Command("post", "Posts several entries at once, all or nothing; debits are credits in every currency.")
        {
            debits, credits, description, effective, requestId,
        };
        cli.Action(command, async (context, cancellationToken) =>
        {
            var transaction = new Transaction
            {
                Postings =
                {
                    context.Parsed.GetRequiredValue(debits).Select(text => Entry(text, Side.Debit, debits.Name)),
                    context.Parsed.GetRequiredValue(credits).Select(text => Entry(text, Side.Credit, credits.Name)),
                },
                Description = context.Parsed.GetValue(description) ?? string.Empty,
                EffectiveTime = context.Parsed.GetValue(effective) is { } time ? Timestamp.FromDateTimeOffset(time) : null,
            };
            return Show(context, await context.Suite.Ledger.PostAsync(transaction, context.CallOptions(requestId), cancellationToken));
        });
        return command;
    }

    public static Command Reverse(CommandLine cli)
    {
        var name = new Argument<string>("NAME") { Description = "transactions/{uuid}, or the UUID alone." };
        var effective = TimeOption.New("--effective-time", "From when on the reversal counts.");
        effective.Required = true;
        var description = new Option<string?>("--description") { Description = "Why, for the record; no personal data." };
        var requestId = RequestIdOption.New();
        var command = new Command("reverse", "Posts the opposite of a transaction that was posted by hand, once.") { name, effective, description, requestId };
        cli.Action(command, async (context, cancellationToken) => Show(context, await context.Suite.Ledger.ReverseAsync(
            Names.Of("transactions", context.Parsed.GetRequiredValue(name)),
            context.Parsed.GetValue(effective)!.Value,
            context.Parsed.GetValue(description),
            context.CallOptions(requestId),
            cancellationToken)));
        return command;
    }

    public static Command Overdraft(CommandLine cli)
    {
        var name = LedgerCommands.AccountArgument();
        var verdict = new Argument<string>("VERDICT") { Description = "Whether what would make a posted balance negative is refused." };
        verdict.AcceptOnlyFromAmong("allow", "refuse");
        var requestId = RequestIdOption.New();
        var command = new Command("overdraft", "Allows or refuses that an account is overdrawn.") { name, verdict, requestId };
        cli.Action(command, async (context, cancellationToken) =>
        {
            var account = await context.Suite.Ledger.UpdateAccountAsync(
                Names.Of("accounts", context.Parsed.GetRequiredValue(name)),
                context.Parsed.GetRequiredValue(verdict) == "refuse",
                context.CallOptions(requestId),
                cancellationToken);
            context.Printer.Message(account, () => LedgerTables.Account(context.Printer, account));
            return ExitCode.Ok;
        });
        return command;
    }

    private static Option<string[]> EntryOption(string name) => new(name)
    {
        Description = "An account and how much, as account=amount; may be repeated.",
        HelpName = "ACCOUNT=AMOUNTCURRENCY",
        Required = true,
        Arity = ArgumentArity.OneOrMore,
    };

    private static Posting Entry(string text, Side side, string option) => text.Split('=', 2, StringSplitOptions.TrimEntries) is [{ Length: > 0 } account, var amount]
        ? new Posting { Account = Names.Of("accounts", account), Side = side, Amount = MoneyArgument.Parse(amount, option) }
        : throw new UsageException($"{option}: '{text}' is not of the form account=amount, such as cash/till=12.90EUR.");

    private static ExitCode Show(CommandContext context, Transaction transaction)
    {
        context.Printer.Message(transaction, () => LedgerTables.Transaction(context.Printer, transaction));
        return ExitCode.Ok;
    }
}
