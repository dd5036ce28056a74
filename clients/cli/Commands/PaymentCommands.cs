using System.CommandLine;
using Suite.Cli.Output;
using Suite.Contracts.Payments.V1;

namespace Suite.Cli.Commands;

/// <summary><c>suite payment …</c></summary>
internal static class PaymentCommands
{
    public static Command Build(CommandLine cli) => new("payment", "Shows payments.") { Get(cli), List(cli) };

    private static Command Get(CommandLine cli)
    {
        var name = new Argument<string>("NAME") { Description = "payments/{uuid}, or the UUID alone." };
        var command = new Command("get", "Shows a payment.") { name };
        cli.Action(command, async (context, cancellationToken) =>
        {
            var payment = await context.Suite.Payments.GetAsync(
                Names.Of("payments", context.Parsed.GetRequiredValue(name)), cancellationToken: cancellationToken);
            context.Printer.Message(payment, () => PaymentTables.Payment(context.Printer, payment));
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command List(CommandLine cli)
    {
        var filter = new Option<string?>("--filter") { Description = "Which payments (AIP-160), for example 'state = DECLINED'." };
        var order = new Option<string?>("--order") { Description = "Only payments of this order: orders/{uuid}, or the UUID alone.", HelpName = "ORDER" };
        var limits = new ListOptions();
        var command = new Command("list", "Shows payments, the newest first.") { filter, order };
        limits.AddTo(command);
        cli.Action(command, async (context, cancellationToken) =>
        {
            var conditions = new[]
            {
                context.Parsed.GetValue(order) is { } wanted ? $"order = \"{Names.Of("orders", wanted)}\"" : null,
                context.Parsed.GetValue(filter),
            };
            var list = context.Suite.Payments.List(string.Join(" AND ", conditions.Where(c => !string.IsNullOrWhiteSpace(c))), limits.Read(context));
            var payments = await ListOptions.ReadAsync(list, cancellationToken);
            context.Printer.Messages(
                payments, items => new ListPaymentsResponse { Payments = { items } }, items => PaymentTables.Payments(context.Printer, items));
            return ExitCode.Ok;
        });
        return command;
    }
}
