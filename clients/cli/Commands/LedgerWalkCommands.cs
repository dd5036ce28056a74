using System.CommandLine;
using Suite.Cli.Output;
using Suite.Cli.Session;
using Suite.Client;
using Suite.Contracts.Payments.V1;

namespace Suite.Cli.Commands;

/// <summary><c>suite ledger verify</c> and <c>export</c>: what walks over the whole ledger.</summary>
internal static class LedgerWalkCommands
{
    private static readonly TimeSpan BetweenNews = TimeSpan.FromSeconds(2);

    public static Command Verify(CommandLine cli)
    {
        var command = new Command("verify", "Walks the hash chains and derives every balance again; the exit code says whether all is as it was written.");
        cli.Action(command, async (context, cancellationToken) =>
        {
            var news = new Throttle(BetweenNews);
            VerifyLedgerResponse? last = null;
            await foreach (var verified in context.Suite.Ledger.VerifyAsync(Options(context), cancellationToken))
            {
                last = verified;
                if (!verified.Done && news.TryTell(context.Host.Time))
                {
                    context.Notices.Info($"{verified.Transactions} transactions, {verified.Balances} balances verified so far");
                }
            }

            MustBeDone(last?.Done);
            context.Printer.Message(last!, () => LedgerTables.Verification(context.Printer, last!));
            return last!.Differences.Count == 0 ? ExitCode.Ok : ExitCode.Differences;
        });
        return command;
    }

    public static Command Export(CommandLine cli)
    {
        var file = new Option<string?>("--file") { Description = "Where to; standard output unless given. An existing file is replaced once all is there." };
        var from = TimeOption.New("--recorded-from", "Only transactions recorded at that time or later.");
        var until = TimeOption.New("--recorded-until", "Only transactions recorded before that time.");
        var command = new Command("export", "Writes every transaction as NDJSON, one a line, from one snapshot.") { file, from, until };
        cli.Action(command, async (context, cancellationToken) =>
        {
            var transactions = context.Suite.Ledger.ExportAsync(
                context.Parsed.GetValue(from), context.Parsed.GetValue(until), Options(context), cancellationToken);
            var count = context.Parsed.GetValue(file) is { Length: > 0 } path
                ? await WriteFileAsync(context, transactions, path)
                : await WriteAsync(context, transactions, context.Host.Out);
            context.Notices.Info($"{count} transactions.");
            return ExitCode.Ok;
        });
        return command;
    }

    /// <summary>A walk has no time limit but the one that was asked for.</summary>
    internal static SuiteCallOptions Options(CommandContext context) => new() { Timeout = context.Timeout };

    /// <exception cref="InvalidDataException">The stream ended without its last message.</exception>
    internal static void MustBeDone(bool? isDone)
    {
        if (isDone is not true)
        {
            throw new InvalidDataException("The service ended before it was done; nothing is known. Run the command again.");
        }
    }

    // Half an export must not be taken for one.
    private static async Task<long> WriteFileAsync(CommandContext context, IAsyncEnumerable<Transaction> transactions, string path)
    {
        var partial = path + ".partial";
        try
        {
            long count;
            await using (var writer = new StreamWriter(partial))
            {
                count = await WriteAsync(context, transactions, writer);
            }

            File.Move(partial, path, overwrite: true);
            return count;
        }
        catch
        {
            File.Delete(partial);
            throw;
        }
    }

    private static async Task<long> WriteAsync(CommandContext context, IAsyncEnumerable<Transaction> transactions, TextWriter writer)
    {
        var news = new Throttle(BetweenNews);
        var count = 0L;
        await foreach (var transaction in transactions)
        {
            await writer.WriteLineAsync(ProtoJson.Compact(transaction));
            count++;
            if (count % 1000 == 0 && news.TryTell(context.Host.Time))
            {
                context.Notices.Info($"{count} transactions so far");
            }
        }

        await writer.FlushAsync();
        return count;
    }
}
