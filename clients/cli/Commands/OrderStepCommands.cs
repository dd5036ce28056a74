using System.CommandLine;
using System.Globalization;
using Suite.Cli.Errors;
using Suite.Cli.Output;
using Suite.Cli.Session;
using Suite.Client;
using Suite.Contracts.Orders.V1;

namespace Suite.Cli.Commands;

/// <summary><c>suite order fulfill</c>, <c>refund</c>, <c>cancel</c> and <c>events</c>: what becomes of an order after it was placed.</summary>
internal static class OrderStepCommands
{
    public static Command Fulfill(CommandLine cli)
    {
        var names = NamesArgument();
        var note = new Option<string?>("--note") { Description = "A word for the record, such as the number of a parcel." };
        var etag = new Option<string?>("--etag") { Description = "Fulfil only if the order still has this etag." };
        var requestId = RequestIdOption.New();
        var command = new Command("fulfill", "Captures what is authorized for CONFIRMED orders: the goods are on their way.") { names, note, etag, requestId };
        cli.Action(command, (context, cancellationToken) => EachAsync(context, names, etag, requestId, name => context.Suite.Orders.FulfillAsync(
            name, context.Parsed.GetValue(note), context.Parsed.GetValue(etag), context.CallOptions(requestId), cancellationToken)));
        return command;
    }

    public static Command Refund(CommandLine cli)
    {
        var names = NamesArgument();
        var amount = new Option<string?>("--amount")
        {
            Description = "How much, in the order's currency; it is split over the lines.",
            HelpName = MoneyArgument.Form,
        };
        var lines = new Option<string[]>("--line")
        {
            Description = "Units of a line, as line:quantity with lines counted from 1; may be repeated.",
            HelpName = "LINE:QUANTITY",
            Arity = ArgumentArity.OneOrMore,
        };
        var all = new Option<bool>("--all") { Description = "All that is left." };
        var reason = new Option<string?>("--reason") { Description = "Why, for the record." };
        var etag = new Option<string?>("--etag") { Description = "Refund only if the order still has this etag." };
        var requestId = RequestIdOption.New();
        var command = new Command("refund", "Gives money of FULFILLED orders back: an amount, the units of some lines, or all.")
        {
            names, amount, lines, all, reason, etag, requestId,
        };
        cli.Action(command, (context, cancellationToken) =>
        {
            var request = new RefundOrderRequest
            {
                Reason = context.Parsed.GetValue(reason) ?? string.Empty,
                Etag = context.Parsed.GetValue(etag) ?? string.Empty,
                Lines = { (context.Parsed.GetValue(lines) ?? []).Select(LineOf) },
            };
            var wanted = context.Parsed.GetValue(amount);
            if ((wanted is null ? 0 : 1) + (request.Lines.Count > 0 ? 1 : 0) + (context.Parsed.GetValue(all) ? 1 : 0) != 1)
            {
                throw new UsageException("One of --amount, --line and --all says how much is given back.");
            }

            return EachAsync(context, names, etag, requestId, async name =>
            {
                var one = request.Clone();
                one.Name = name;
                one.Amount = wanted is null ? null : await AmountAsync(context, name, wanted, cancellationToken);
                return await context.Suite.Orders.RefundAsync(one, context.CallOptions(requestId), cancellationToken);
            });
        });
        return command;
    }

    public static Command Cancel(CommandLine cli)
    {
        var names = NamesArgument();
        var reason = new Option<string?>("--reason") { Description = "Why, for the record." };
        var etag = new Option<string?>("--etag") { Description = "Cancel only if the order still has this etag." };
        var requestId = RequestIdOption.New();
        var command = new Command("cancel", "Cancels orders that are PENDING or CONFIRMED.") { names, reason, etag, requestId };
        cli.Action(command, (context, cancellationToken) => EachAsync(context, names, etag, requestId, name => context.Suite.Orders.CancelAsync(
            name, context.Parsed.GetValue(reason), context.Parsed.GetValue(etag), context.CallOptions(requestId), cancellationToken)));
        return command;
    }

    public static Command Events(CommandLine cli)
    {
        var name = OrderCommands.NameArgument();
        var limits = new ListOptions();
        var command = new Command("events", "Tells what happened to an order, the oldest first: what, when, by whom and why.") { name };
        limits.AddTo(command);
        cli.Action(command, async (context, cancellationToken) =>
        {
            var list = context.Suite.Orders.ListEvents(OrderCommands.NameOf(context, name), limits.Read(context));
            var events = await ListOptions.ReadAsync(list, cancellationToken);
            context.Printer.Messages(
                events, items => new ListOrderEventsResponse { Events = { items } }, items => OrderTables.Events(context.Printer, items));
            return ExitCode.Ok;
        });
        return command;
    }

    private static Argument<string[]> NamesArgument() => new("NAME")
    {
        Description = "orders/{uuid}, or the UUID alone; several are taken one after the other, up to the first that fails.",
        Arity = ArgumentArity.OneOrMore,
    };

    /// <summary>Does a thing to each order that was named, and shows what became of them, also when one of them fails.</summary>
    private static async Task<ExitCode> EachAsync(
        CommandContext context, Argument<string[]> names, Option<string?> etag, Option<string?> requestId, Func<string, Task<Order>> change)
    {
        var wanted = context.Parsed.GetRequiredValue(names);
        if (wanted.Length > 1 && (context.Parsed.GetValue(etag) ?? context.Parsed.GetValue(requestId)) is not null)
        {
            throw new UsageException($"{etag.Name} and {requestId.Name} are for one order.");
        }

        if (wanted.Length == 1)
        {
            var order = await change(Names.Of("orders", wanted[0]));
            context.Printer.Message(order, () => OrderTables.Order(context.Printer, order));
            return ExitCode.Ok;
        }

        var orders = new List<Order>();
        try
        {
            foreach (var name in wanted)
            {
                orders.Add(await change(Names.Of("orders", name)));
            }
        }
        finally
        {
            context.Printer.Messages(
                orders, items => new ListOrdersResponse { Orders = { items } }, items => OrderTables.Orders(context.Printer, items));
        }

        return ExitCode.Ok;
    }

    private static async Task<Google.Type.Money> AmountAsync(
        CommandContext context, string name, string wanted, CancellationToken cancellationToken)
    {
        var currency = MoneyArgument.NamesCurrency(wanted)
            ? null
            : (await context.Suite.Orders.GetAsync(name, cancellationToken: cancellationToken)).Total.CurrencyCode;
        return MoneyArgument.Parse(wanted, "--amount", currency);
    }

    private static RefundLine LineOf(string text) =>
        text.Split(':', StringSplitOptions.TrimEntries) is [var line, var quantity]
        && int.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && int.TryParse(quantity, NumberStyles.None, CultureInfo.InvariantCulture, out var units)
            ? new RefundLine { LineNumber = number, Quantity = units }
            : throw new UsageException($"--line: '{text}' is not of the form line:quantity, such as 1:2.");
}
