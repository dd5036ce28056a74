using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Suite.Cli.Import;
using Suite.Cli.Output;
using Suite.Cli.Session;
using Suite.Client;

namespace Suite.Cli.Commands;

/// <summary><c>suite import orders FILE</c></summary>
internal static class ImportOrdersCommand
{
    private static readonly string[] UsersFiles = ["users.csv", "users.ndjson", "users.jsonl"];

    private static readonly TimeSpan DefaultWait = TimeSpan.FromMinutes(1);

    public static Command Build(CommandLine cli)
    {
        var options = new ImportOptions();
        var users = new Option<string?>("--users")
        {
            Description = "The users file that customers are named in; else users.csv or users.ndjson beside the orders. Missing customers are created.",
            HelpName = "FILE",
        };
        var scope = new Option<string?>("--scope")
        {
            Description = "Keeps order references of different sources apart, for example 'webshop': the same reference in another scope is another order.",
            HelpName = "NAME",
        };
        var wait = new Option<bool>("--wait")
        {
            Description = "Waits until every order's payment is answered for; --wait false does not.",
            DefaultValueFactory = _ => true,
        };
        var waitTimeout = DurationOption.New("--wait-timeout", "How long to wait for payments, for example 10s, 5m, none (default 60s).");
        var command = new Command("orders", "Places orders over one stream: order_ref, customer, lines (sku:quantity;…), payment_method.")
        {
            users, scope, wait, waitTimeout,
        };
        options.AddTo(command);
        cli.Action(command, async (context, cancellationToken) =>
        {
            var file = options.File(context);
            var customers = new CustomerBook(context.Suite.Users);
            var usersFile = context.Parsed.GetValue(users) is { } path ? InputFile.Find(path, null, context.Host.OpenInput) : file.Beside(UsersFiles);
            if (usersFile is not null)
            {
                await customers.LoadAsync(usersFile, bad => context.Notices.BadLine(usersFile.Name, bad), cancellationToken);
            }

            var start = context.Host.Time.GetTimestamp();
            var report = new ImportReport<ImportedOrder>(context.Notices);
            await ImportOptions.RunAsync(context, file, "lines", report, Place, cancellationToken);
            var seconds = context.Host.Time.GetElapsedTime(start).TotalSeconds;
            var pending = context.Parsed.GetValue(wait)
                ? await SettleAsync(context, report.Taken, LimitOf(context.Parsed.GetValue(waitTimeout)), cancellationToken)
                : 0;
            Show(context, file, report, seconds);
            return Conclude(context, report, pending);

            Task Place(Action step)
            {
                var import = new OrderImport(context.Suite.Orders, customers, context.Parsed.GetValue(scope) ?? string.Empty)
                {
                    Placed = order => Step(() => report.Take(order), step),
                    Bad = bad => Step(() => report.Refuse(file.Name, bad), step),
                };
                return import.RunAsync(file.ReadAsync(RowMapper.OrderColumns, RowMapper.Order, cancellationToken), cancellationToken);
            }
        });
        return command;
    }

    private static TimeSpan LimitOf(TimeSpan? wait) => wait == Timeout.InfiniteTimeSpan ? TimeSpan.MaxValue : wait ?? DefaultWait;

    private static async Task<int> SettleAsync(
        CommandContext context, IReadOnlyList<ImportedOrder> orders, TimeSpan limit, CancellationToken cancellationToken)
    {
        if (orders.Count == 0)
        {
            return 0;
        }

        var pending = 0;
        var settlement = new OrderSettlement(context.Suite.Orders, context.Host.Time);
        await new ImportProgress(context.Notices, context.Host.Time).RunAsync(
            "payments",
            "orders",
            orders.Count,
            async step => pending = await settlement.WaitAsync(orders, limit, step, cancellationToken));
        return pending;
    }

    private static void Show(CommandContext context, InputFile file, ImportReport<ImportedOrder> report, double seconds)
    {
        var printer = context.Printer;
        var tally = new OrderTally(report.Taken.Select(o => o.Order), report.BadLines.Count);
        if (printer.Format == OutputFormat.Jsonl)
        {
            foreach (var order in report.Taken.OrderBy(o => o.Line))
            {
                printer.StreamLine(
                    () => new JsonObject { ["line"] = order.Line, ["orderRef"] = order.Reference, ["order"] = ProtoJson.Node(order.Order) },
                    () => string.Empty);
            }

            printer.StreamLine(() => new JsonObject { ["summary"] = Summary() }, () => string.Empty);
        }
        else
        {
            printer.Document(Summary, () => tally.ToTable(printer));
        }

        JsonObject Summary() => new()
        {
            ["file"] = file.Name,
            ["lines"] = report.Lines,
            ["orders"] = tally.Orders,
            ["seconds"] = Math.Round(seconds, 3),
            ["ordersPerSecond"] = Math.Round(tally.Orders / Math.Max(seconds, 0.001), 1),
            ["states"] = tally.ToJson(),
            ["badLines"] = new JsonArray([.. report.BadLines.Select(b => b.ToJson(file.Name))]),
        };
    }

    private static ExitCode Conclude(CommandContext context, ImportReport<ImportedOrder> report, int pending)
    {
        var waiting = pending > 0 ? $", {pending} still PENDING" : string.Empty;
        context.Notices.Info(string.Create(
            CultureInfo.InvariantCulture, $"{report.Taken.Count} orders, {report.BadLines.Count} bad lines{waiting}."));
        return pending > 0 ? ExitCode.StillPending : report.Exit;
    }

    private static void Step(Action note, Action step)
    {
        note();
        step();
    }
}
