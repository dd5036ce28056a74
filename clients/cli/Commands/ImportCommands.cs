using System.CommandLine;
using System.Text.Json.Nodes;
using Spectre.Console;
using Suite.Cli.Import;
using Suite.Cli.Output;
using Suite.Cli.Session;
using Suite.Contracts.Orders.V1;

namespace Suite.Cli.Commands;

/// <summary><c>suite import …</c></summary>
internal static class ImportCommands
{
    public static Command Build(CommandLine cli) => new("import", "Reads files, line by line, into the suite; the same file again creates nothing twice.")
    {
        Users(cli),
        Products(cli),
        ImportOrdersCommand.Build(cli),
    };

    private static Command Users(CommandLine cli)
    {
        var options = new ImportOptions();
        var command = new Command("users", "Creates customers: customer_ref, email, display_name.");
        options.AddTo(command);
        cli.Action(command, async (context, cancellationToken) =>
        {
            var file = options.File(context);
            var report = new ImportReport<(long Line, UserRow Row)>(context.Notices);
            await ImportOptions.RunAsync(context, file, "users", report, Run, cancellationToken);
            ShowUsers(context, file, report);
            return report.Exit;

            async Task Run(Action step)
            {
                var import = new UserImport(context.Suite.Users)
                {
                    Ready = (line, row) => Step(() => report.Take((line, row)), step),
                    Bad = bad => Step(() => report.Refuse(file.Name, bad), step),
                };
                await import.RunAsync(file.ReadAsync(RowMapper.UserColumns, RowMapper.User, cancellationToken), cancellationToken);
            }
        });
        return command;
    }

    private static Command Products(CommandLine cli)
    {
        var options = new ImportOptions();
        var command = new Command("products", "Fills the price book: sku, display_name, price, currency.");
        options.AddTo(command);
        cli.Action(command, async (context, cancellationToken) =>
        {
            var file = options.File(context);
            var report = new ImportReport<Product>(context.Notices);
            await ImportOptions.RunAsync(context, file, "products", report, Run, cancellationToken);
            ShowProducts(context, file, report);
            return report.Exit;

            async Task Run(Action step)
            {
                var import = new ProductImport(context.Suite.Products)
                {
                    Ready = product => Step(() => report.Take(product), step),
                    Bad = bad => Step(() => report.Refuse(file.Name, bad), step),
                };
                await import.RunAsync(file.ReadAsync(RowMapper.ProductColumns, RowMapper.Product, cancellationToken), cancellationToken);
            }
        });
        return command;
    }

    private static void ShowUsers(CommandContext context, InputFile file, ImportReport<(long Line, UserRow Row)> report)
    {
        var rows = report.Taken.OrderBy(t => t.Line).Select(t => t.Row).ToList();
        var printer = context.Printer;
        if (printer.Format == OutputFormat.Jsonl)
        {
            // Lines of a users file, and nothing else: 'import orders --users' reads them.
            foreach (var row in rows)
            {
                printer.StreamLine(() => UserImport.ToJson(row), () => string.Empty);
            }

            return;
        }

        printer.Document(
            () => Summary(file, "users", rows.Count, report.BadLines, new JsonArray([.. rows.Select(UserImport.ToJson)])),
            () =>
            {
                var table = printer.NewTable("CUSTOMER", "USER", "DISPLAY NAME");
                foreach (var row in rows)
                {
                    table.AddRow(new Text(row.Reference), new Text(row.User), new Text(row.DisplayName));
                }

                return table;
            });
        context.Notices.Info($"{rows.Count} users, {report.BadLines.Count} bad lines.");
    }

    private static void ShowProducts(CommandContext context, InputFile file, ImportReport<Product> report)
    {
        var products = report.Taken.OrderBy(p => p.Name, StringComparer.Ordinal).ToList();
        var printer = context.Printer;
        if (printer.Format == OutputFormat.Jsonl)
        {
            foreach (var product in products)
            {
                printer.StreamLine(() => ProtoJson.Node(product), () => string.Empty);
            }

            return;
        }

        printer.Document(
            () => Summary(file, "products", products.Count, report.BadLines, new JsonArray([.. products.Select(ProtoJson.Node)])),
            () =>
            {
                var table = printer.NewTable("CURRENCY", "PRODUCTS");
                table.Columns[1].Alignment = Justify.Right;
                foreach (var currency in products.GroupBy(p => p.Price.CurrencyCode).OrderBy(g => g.Key, StringComparer.Ordinal))
                {
                    table.AddRow(new Text(currency.Key), new Text(Facts.Number(currency.Count())));
                }

                return table;
            });
        context.Notices.Info($"{products.Count} products, {report.BadLines.Count} bad lines.");
    }

    private static JsonObject Summary(InputFile file, string what, int count, IReadOnlyList<BadLine> bad, JsonArray items) => new()
    {
        ["file"] = file.Name,
        ["count"] = count,
        ["badLines"] = new JsonArray([.. bad.Select(b => b.ToJson(file.Name))]),
        [what] = items,
    };

    private static void Step(Action note, Action step)
    {
        note();
        step();
    }
}
