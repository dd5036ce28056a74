using System.CommandLine;
using System.Text.Json.Nodes;
using Suite.Cli.Output;
using Suite.Contracts.Payments.V1;

namespace Suite.Cli.Commands;

/// <summary><c>suite order money</c>: each cent of an order, from its lines over the steps of its payment to the entries of the ledger.</summary>
internal static class OrderMoneyCommand
{
    public static Command Build(CommandLine cli)
    {
        var name = OrderCommands.NameArgument();
        var command = new Command(
            "money", "Shows each cent of an order: its lines, its payment's steps, the ledger's entries; the exit code says whether they agree.") { name };
        cli.Action(command, async (context, cancellationToken) =>
        {
            var suite = context.Suite;
            var order = await suite.Orders.GetAsync(OrderCommands.NameOf(context, name), cancellationToken: cancellationToken);
            if (order.Payment.Length == 0)
            {
                context.Notices.Info("The order has no payment yet.");
                context.Printer.Message(order, () => OrderTables.Order(context.Printer, order));
                return ExitCode.Ok;
            }

            var payment = await suite.Payments.GetAsync(order.Payment, cancellationToken: cancellationToken);
            var disputes = await ListOptions.ReadAsync(suite.Payments.ListDisputes($"payment = \"{payment.Name}\""), cancellationToken);
            var postings = new List<Posting>();
            foreach (var source in (string[])[payment.Name, .. disputes.Select(d => d.Name)])
            {
                postings.AddRange(await ListOptions.ReadAsync(suite.Ledger.ListPostings($"source = \"{source}\""), cancellationToken));
            }

            var money = new OrderMoney(order, payment, disputes, postings);
            context.Printer.Document(
                () => new JsonObject
                {
                    ["order"] = ProtoJson.Node(order),
                    ["payment"] = ProtoJson.Node(payment),
                    ["disputes"] = new JsonArray([.. disputes.Select(ProtoJson.Node)]),
                    ["postings"] = new JsonArray([.. money.Postings.Select(ProtoJson.Node)]),
                    ["agrees"] = money.Agrees,
                },
                () => money.ToTables(context.Printer));
            return money.Agrees ? ExitCode.Ok : ExitCode.Differences;
        });
        return command;
    }
}
