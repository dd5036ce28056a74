using System.CommandLine;
using Suite.Cli.Output;
using Suite.Contracts.Orders.V1;

namespace Suite.Cli.Commands;

/// <summary><c>suite product …</c></summary>
internal static class ProductCommands
{
    public static Command Build(CommandLine cli) => new("product", "Shows the price book.") { Get(cli), List(cli) };

    private static Command Get(CommandLine cli)
    {
        var name = new Argument<string>("NAME") { Description = "products/{sku}, or the sku alone." };
        var command = new Command("get", "Shows a product.") { name };
        cli.Action(command, async (context, cancellationToken) =>
        {
            var product = await context.Suite.Products.GetAsync(
                Names.Of("products", context.Parsed.GetRequiredValue(name)), cancellationToken: cancellationToken);
            context.Printer.Message(product, () => Facts.Table(
                context.Printer,
                ("name", product.Name),
                ("display name", product.DisplayName),
                ("price", AmountText.Of(product.Price)),
                ("state", product.State.ToString().ToUpperInvariant()),
                ("created", Facts.Time(product.CreateTime)),
                ("updated", Facts.Time(product.UpdateTime)),
                ("etag", product.Etag)));
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command List(CommandLine cli)
    {
        var limits = new ListOptions();
        var command = new Command("list", "Shows products by sku.");
        limits.AddTo(command);
        cli.Action(command, async (context, cancellationToken) =>
        {
            var products = await ListOptions.ReadAsync(context.Suite.Products.List(limits.Read(context)), cancellationToken);
            context.Printer.Messages(
                products, items => new ListProductsResponse { Products = { items } }, items => OrderTables.Products(context.Printer, items));
            return ExitCode.Ok;
        });
        return command;
    }
}
