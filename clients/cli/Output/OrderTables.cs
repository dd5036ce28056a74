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
            ("refunded", AmountText.Of(order.RefundedAmount)),
            ("payment", order.Payment),
            ("created", Facts.Time(order.CreateTime)),
            ("updated", Facts.Time(order.UpdateTime)),
            ("etag", order.Etag));
        var hasAdjustments = order.Adjustments.Count > 0;
        return hasAdjustments
            ? new Rows(facts, Lines(printer, order), Adjustments(printer, order))
            : new Rows(facts, Lines(printer, order));
    }

    /// <summary>The lines with what was paid for them and what was given back.</summary>
    public static IRenderable Lines(Printer printer, Order order)
    {
        var lines = printer.NewTable("LINE", "PRODUCT", "QUANTITY", "UNIT PRICE", "AMOUNT", "TOTAL", "REFUNDED");
        for (var i = 2; i < 7; i++)
        {
            lines.Columns[i].Alignment = Justify.Right;
        }

        for (var i = 0; i < order.Lines.Count; i++)
        {
            var line = order.Lines[i];
            lines.AddRow(
                new Text(Facts.Number(i + 1)),
                new Text(line.Product),
                new Text(Facts.Number(line.Quantity)),
                new Text(AmountText.Of(line.UnitPrice)),
                new Text(AmountText.Of(line.Amount)),
                new Text(AmountText.Of(line.Total)),
                new Text(AmountText.Of(line.RefundedAmount)));
        }

        return lines;
    }

    /// <summary>What is paid beside the lines.</summary>
    public static IRenderable Adjustments(Printer printer, Order order)
    {
        var table = printer.NewTable("ADJUSTMENT", "AMOUNT", "DISPLAY NAME");
        table.Columns[1].Alignment = Justify.Right;
        foreach (var adjustment in order.Adjustments)
        {
            table.AddRow(
                new Text(ContractNames.Of(adjustment.Kind)), new Text(AmountText.Of(adjustment.Amount)), new Text(adjustment.DisplayName));
        }

        return table;
    }

    public static IRenderable Events(Printer printer, IReadOnlyList<OrderEvent> events)
    {
        var table = printer.NewTable("#", "TIME", "EVENT", "STATE", "AMOUNT", "BY", "REASON", "STEP", "TRACE");
        table.Columns[4].Alignment = Justify.Right;
        foreach (var happened in events)
        {
            table.AddRow(
                new Text(Facts.Number(happened.Sequence)),
                new Text(Facts.Time(happened.EventTime)),
                new Text(ContractNames.Of(happened.Type)),
                new Text(State(happened.State), Style(happened.State)),
                new Text(AmountText.Of(happened.Amount)),
                new Text(happened.Actor),
                new Text(happened.Reason),
                new Text(happened.Step),
                new Text(happened.TraceId));
        }

        return table;
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

    /// <summary>What was found, with where the words stand: those in brackets match.</summary>
    public static IRenderable Hits(Printer printer, IReadOnlyList<OrderHit> hits)
    {
        var table = printer.NewTable("NAME", "STATE", "TOTAL", "CUSTOMER", "CREATED", "FOUND IN");
        table.Columns[2].Alignment = Justify.Right;
        foreach (var hit in hits)
        {
            var found = hit.Highlights.Select(highlight => string.Concat(highlight.Fragments.Select(part => part.Match ? $"[{part.Text}]" : part.Text)));
            table.AddRow(
                new Text(hit.Order.Name),
                new Text(State(hit.Order.State), Style(hit.Order.State)),
                new Text(AmountText.Of(hit.Order.Total)),
                new Text(hit.Order.Customer),
                new Text(Facts.Time(hit.Order.CreateTime)),
                new Text(string.Join("; ", found)));
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

    public static string State(Order.Types.State state) => ContractNames.Of(state);

    public static Style Style(Order.Types.State state) => state switch
    {
        Contracts.Orders.V1.Order.Types.State.Confirmed or Contracts.Orders.V1.Order.Types.State.Fulfilled => new Style(Color.Green),
        Contracts.Orders.V1.Order.Types.State.Rejected => new Style(Color.Red),
        Contracts.Orders.V1.Order.Types.State.Pending => new Style(Color.Yellow),
        _ => Spectre.Console.Style.Plain,
    };
}
