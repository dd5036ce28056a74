using System.CommandLine;
using Suite.Cli.Output;
using Suite.Cli.Session;
using Suite.Contracts.Payments.V1;

namespace Suite.Cli.Commands;

/// <summary><c>suite payment …</c></summary>
internal static class PaymentCommands
{
    public static Command Build(CommandLine cli) => new("payment", "Shows payments, and works those whose orders live elsewhere.")
    {
        Get(cli),
        List(cli),
        PaymentStepCommands.Authorize(cli),
        PaymentStepCommands.Capture(cli),
        PaymentStepCommands.Void(cli),
        PaymentStepCommands.Refund(cli),
    };

    internal static Argument<string> NameArgument() => new("NAME") { Description = "payments/{uuid}, or the UUID alone." };

    internal static string NameOf(CommandContext context, Argument<string> name) => Names.Of("payments", context.Parsed.GetRequiredValue(name));

    private static Command Get(CommandLine cli)
    {
        var name = NameArgument();
        var command = new Command("get", "Shows a payment and its steps.") { name };
        cli.Action(command, async (context, cancellationToken) =>
        {
            var payment = await context.Suite.Payments.GetAsync(NameOf(context, name), cancellationToken: cancellationToken);
            context.Printer.Message(payment, () => PaymentTables.Payment(context.Printer, payment));
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command List(CommandLine cli)
    {
        var filter = new Option<string?>("--filter") { Description = "Which payments (AIP-160), for example 'update_time > \"2026-01-01T00:00:00Z\"'." };
        var order = new Option<string?>("--order") { Description = "Only payments of this order: orders/{uuid}, or the UUID alone.", HelpName = "ORDER" };
        var customer = new Option<string?>("--customer") { Description = "Only payments of this customer: users/{uuid}, or the UUID alone.", HelpName = "USER" };
        var state = new Option<string?>("--state") { Description = "Only payments in this state." };
        state.AcceptOnlyFromAmong(StringComparer.OrdinalIgnoreCase, ContractNames.All<Payment.Types.State>());
        var limits = new ListOptions();
        var command = new Command("list", "Shows payments, the newest first.") { filter, order, customer, state };
        limits.AddTo(command);
        cli.Action(command, async (context, cancellationToken) =>
        {
            var list = context.Suite.Payments.List(
                Names.Filter(
                    context.Parsed.GetValue(order) is { } wanted ? $"order = \"{Names.Of("orders", wanted)}\"" : null,
                    context.Parsed.GetValue(customer) is { } user ? $"customer = \"{Names.Of("users", user)}\"" : null,
                    context.Parsed.GetValue(state) is { } name ? $"state = {name.ToUpperInvariant()}" : null,
                    context.Parsed.GetValue(filter)),
                limits.Read(context));
            var payments = await ListOptions.ReadAsync(list, cancellationToken);
            context.Printer.Messages(
                payments, items => new ListPaymentsResponse { Payments = { items } }, items => PaymentTables.Payments(context.Printer, items));
            return ExitCode.Ok;
        });
        return command;
    }
}
