using Spectre.Console;
using Spectre.Console.Rendering;
using Suite.Contracts.Orders.V1;

namespace Suite.Cli.Output;

/// <summary>Orders and products for people.</summary>
internal static class OrderTables
{
    public static IRenderable Order(Printer printer, Order order)
    {
        var facts = Facts.Table(
            printer,
            ("name", order.Name),
            ("customer", order.Customer),
            ("state", State(order.State)),
            ("reason", order.StateReason),
            ("total", AmountText.Of(order.Total)),
            ("payment", order.Payment),
            ("created", Facts.Time(order.CreateTime)),
            ("updated", Facts.Time(order.UpdateTime)),
            ("etag", order.Etag));
        var lines = printer.NewTable("PRODUCT", "QUANTITY", "UNIT PRICE", "AMOUNT");
        for (var i = 1; i < 4; i++)
        {
            lines.Columns[i].Alignment = Justify.Right;
        }

        foreach (var line in order.Lines)
        {
            lines.AddRow(
                new Text(line.Product), new Text(Facts.Number(line.Quantity)), new Text(AmountText.Of(line.UnitPrice)), new Text(AmountText.Of(line.Amount)));
        }

        return new Rows(facts, lines);
    }

    public static IRenderable Orders(Printer printer, IReadOnlyList<Order> orders)
    {
        var table = printer.NewTable("NAME", "STATE", "REASON", "TOTAL", "LINES", "CUSTOMER", "CREATED");
        table.Columns[3].Alignment = Justify.Right;
        table.Columns[4].Alignment = Justify.Right;
        foreach (var order in orders)
        {
            table.AddRow(
                new Text(order.Name),
                new Text(State(order.State), Style(order.State)),
                new Text(order.StateReason),
                new Text(AmountText.Of(order.Total)),
                new Text(Facts.Number(order.Lines.Count)),
                new Text(order.Customer),
                new Text(Facts.Time(order.CreateTime)));
        }

        return table;
    }

    public static IRenderable Products(Printer printer, IReadOnlyList<Product> products)
    {
        var table = printer.NewTable("NAME", "PRICE", "STATE", "DISPLAY NAME");
        table.Columns[1].Alignment = Justify.Right;
        foreach (var product in products)
        {
            table.AddRow(
                new Text(product.Name),
                new Text(AmountText.Of(product.Price)),
                new Text(product.State.ToString().ToUpperInvariant()),
                new Text(product.DisplayName));
        }

        return table;
    }

    public static string State(Order.Types.State state) => state.ToString().ToUpperInvariant();

    public static Style Style(Order.Types.State state) => state switch
    {
        Contracts.Orders.V1.Order.Types.State.Confirmed => new Style(Color.Green),
        Contracts.Orders.V1.Order.Types.State.Rejected => new Style(Color.Red),
        Contracts.Orders.V1.Order.Types.State.Pending => new Style(Color.Yellow),
        _ => Spectre.Console.Style.Plain,
    };
}
