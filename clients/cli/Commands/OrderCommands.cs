using System.CommandLine;
using Suite.Cli.Errors;
using Suite.Cli.Import;
using Suite.Cli.Output;
using Suite.Cli.Session;
using Suite.Client;
using Suite.Contracts.Orders.V1;

namespace Suite.Cli.Commands;

/// <summary><c>suite order …</c></summary>
internal static class OrderCommands
{
    public static Command Build(CommandLine cli) => new("order", "Places, shows, watches, fulfils, refunds and cancels orders.")
    {
        Create(cli),
        Get(cli),
        List(cli),
        OrderSearchCommand.Build(cli),
        Watch(cli),
        OrderStepCommands.Fulfill(cli),
        OrderStepCommands.Refund(cli),
        OrderStepCommands.Cancel(cli),
        OrderStepCommands.Events(cli),
        OrderMoneyCommand.Build(cli),
    };

    internal static Argument<string> NameArgument() => new("NAME") { Description = "orders/{uuid}, or the UUID alone." };

    private static Command Create(CommandLine cli)
    {
        var customer = new Option<string>("--customer") { Description = "users/{uuid}, or the UUID alone.", HelpName = "USER", Required = true };
        var lines = new Option<string[]>("--line")
        {
            Description = "A product and how many, as sku:quantity; may be repeated.",
            HelpName = "SKU:QUANTITY",
            Required = true,
            Arity = ArgumentArity.OneOrMore,
        };
        var paymentMethod = new Option<string>("--payment-method")
        {
            Description = "The payment provider's token, for example tok_visa.",
            HelpName = "TOKEN",
            Required = true,
        };
        var adjustments = new Option<string[]>("--adjustment")
        {
            Description = "What is paid beside the lines, as KIND=AMOUNT with a kind of SHIPPING, TAX, DISCOUNT and CREDIT (the last two "
                + "negative), in the currency of the first line unless one is named; may be repeated. Needs the scope adjustments.write.",
            HelpName = "KIND=AMOUNT[CURRENCY]",
            Arity = ArgumentArity.OneOrMore,
        };
        var requestId = RequestIdOption.New();
        var command = new Command("create", "Places an order.") { customer, lines, paymentMethod, adjustments, requestId };
        cli.Action(command, async (context, cancellationToken) =>
        {
            var order = new Order
            {
                Customer = Names.Of("users", context.Parsed.GetRequiredValue(customer)),
                PaymentMethod = context.Parsed.GetRequiredValue(paymentMethod),
                Lines = { LinesOf(context.Parsed.GetRequiredValue(lines)).Select(l => new OrderLine { Product = Names.Of("products", l.Sku), Quantity = l.Quantity }) },
            };
            await AdjustAsync(context, order, context.Parsed.GetValue(adjustments) ?? [], cancellationToken);
            var placed = await context.Suite.Orders.CreateAsync(order, context.CallOptions(requestId), cancellationToken);
            context.Printer.Message(placed, () => OrderTables.Order(context.Printer, placed));
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command Get(CommandLine cli)
    {
        var name = NameArgument();
        var command = new Command("get", "Shows an order.") { name };
        cli.Action(command, async (context, cancellationToken) =>
        {
            var order = await context.Suite.Orders.GetAsync(NameOf(context, name), cancellationToken: cancellationToken);
            context.Printer.Message(order, () => OrderTables.Order(context.Printer, order));
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command List(CommandLine cli)
    {
        var filter = new Option<string?>("--filter")
        {
            Description = "Which orders (AIP-160), for example 'state = CONFIRMED AND create_time > \"2026-01-01T00:00:00Z\"'.",
        };
        var customer = new Option<string?>("--customer") { Description = "Only orders of this customer: users/{uuid}, or the UUID alone.", HelpName = "USER" };
        var state = new Option<string?>("--state") { Description = "Only orders in this state." };
        state.AcceptOnlyFromAmong(StringComparer.OrdinalIgnoreCase, ContractNames.All<Order.Types.State>());
        var limits = new ListOptions();
        var command = new Command("list", "Shows orders, the newest first.") { filter, customer, state };
        limits.AddTo(command);
        cli.Action(command, async (context, cancellationToken) =>
        {
            var conditions = new[]
            {
                context.Parsed.GetValue(customer) is { } user ? $"customer = \"{Names.Of("users", user)}\"" : null,
                context.Parsed.GetValue(state) is { } wanted ? $"state = {wanted.ToUpperInvariant()}" : null,
                context.Parsed.GetValue(filter),
            };
            var list = context.Suite.Orders.List(string.Join(" AND ", conditions.Where(c => !string.IsNullOrWhiteSpace(c))), limits.Read(context));
            var orders = await ListOptions.ReadAsync(list, cancellationToken);
            context.Printer.Messages(
                orders, items => new ListOrdersResponse { Orders = { items } }, items => OrderTables.Orders(context.Printer, items));
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command Watch(CommandLine cli)
    {
        var name = NameArgument();
        var after = new Option<long>("--after-version") { Description = "Only changes with a higher version.", HelpName = "VERSION" };
        var untilSettled = new Option<bool>("--until-settled") { Description = "Ends when the order has left PENDING." };
        var command = new Command("watch", "Tells the state of an order and every change, and ends at a final state.") { name, after, untilSettled };
        cli.Action(command, async (context, cancellationToken) =>
        {
            var options = new SuiteCallOptions { Timeout = context.Timeout };
            var changes = context.Suite.Orders.WatchAsync(NameOf(context, name), context.Parsed.GetValue(after), options, cancellationToken);
            await foreach (var order in changes)
            {
                context.Printer.StreamLine(() => ProtoJson.Node(order), () => Line(order));
                if (context.Parsed.GetValue(untilSettled) && order.State != Order.Types.State.Pending)
                {
                    break;
                }
            }

            return ExitCode.Ok;
        });
        return command;
    }

    private static async Task AdjustAsync(CommandContext context, Order order, string[] adjustments, CancellationToken cancellationToken)
    {
        const string option = "--adjustment";
        string? currency = null;
        foreach (var text in adjustments)
        {
            var parts = text.Split('=', 2, StringSplitOptions.TrimEntries);
            if (parts.Length != 2 || !Enum.TryParse<OrderAdjustment.Types.Kind>(parts[0], ignoreCase: true, out var kind) || kind == default)
            {
                throw new UsageException($"{option}: '{text}' is not of the form KIND=AMOUNT, such as SHIPPING=4.90.");
            }

            if (!MoneyArgument.NamesCurrency(parts[1]))
            {
                currency ??= (await context.Suite.Products.GetAsync(order.Lines[0].Product, cancellationToken: cancellationToken)).Price.CurrencyCode;
            }

            order.Adjustments.Add(new OrderAdjustment { Kind = kind, Amount = MoneyArgument.Parse(parts[1], option, currency) });
        }
    }

    internal static string NameOf(CommandContext context, Argument<string> name) => Names.Of("orders", context.Parsed.GetRequiredValue(name));

    private static List<OrderRow.Line> LinesOf(IEnumerable<string> lines)
    {
        try
        {
            return lines.SelectMany(line => OrderLinesText.Parse(line, "--line")).ToList();
        }
        catch (RowException e)
        {
            throw new UsageException(e.Message, e);
        }
    }

    private static string Line(Order order) =>
        $"{Facts.Time(order.UpdateTime)}  v{order.Version}  {OrderTables.State(order.State)}{(order.StateReason.Length > 0 ? $" ({order.StateReason})" : string.Empty)}";
}
