using System.CommandLine;
using Suite.Cli.Output;
using Suite.Contracts.Payments.V1;

namespace Suite.Cli.Commands;

/// <summary><c>suite dispute …</c></summary>
internal static class DisputeCommands
{
    public static Command Build(CommandLine cli) => new("dispute", "Shows payments that their payers want back through their banks.") { Get(cli), List(cli) };

    private static Command Get(CommandLine cli)
    {
        var name = new Argument<string>("NAME") { Description = "disputes/{uuid}, or the UUID alone." };
        var command = new Command("get", "Shows a dispute.") { name };
        cli.Action(command, async (context, cancellationToken) =>
        {
            var dispute = await context.Suite.Payments.GetDisputeAsync(
                Names.Of("disputes", context.Parsed.GetRequiredValue(name)), cancellationToken: cancellationToken);
            context.Printer.Message(dispute, () => PaymentTables.Dispute(context.Printer, dispute));
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command List(CommandLine cli)
    {
        var filter = new Option<string?>("--filter") { Description = "Which disputes (AIP-160), for example 'create_time > \"2026-01-01T00:00:00Z\"'." };
        var payment = new Option<string?>("--payment") { Description = "Only disputes of this payment: payments/{uuid}, or the UUID alone.", HelpName = "PAYMENT" };
        var order = new Option<string?>("--order") { Description = "Only disputes of this order: orders/{uuid}, or the UUID alone.", HelpName = "ORDER" };
        var state = new Option<string?>("--state") { Description = "Only disputes in this state." };
        state.AcceptOnlyFromAmong(StringComparer.OrdinalIgnoreCase, ContractNames.All<Dispute.Types.State>());
        var limits = new ListOptions();
        var command = new Command("list", "Shows disputes, the newest first.") { filter, payment, order, state };
        limits.AddTo(command);
        cli.Action(command, async (context, cancellationToken) =>
        {
            var list = context.Suite.Payments.ListDisputes(
                Names.Filter(
                    context.Parsed.GetValue(payment) is { } disputed ? $"payment = \"{Names.Of("payments", disputed)}\"" : null,
                    context.Parsed.GetValue(order) is { } wanted ? $"order = \"{Names.Of("orders", wanted)}\"" : null,
                    context.Parsed.GetValue(state) is { } name ? $"state = {name.ToUpperInvariant()}" : null,
                    context.Parsed.GetValue(filter)),
                limits.Read(context));
            var disputes = await ListOptions.ReadAsync(list, cancellationToken);
            context.Printer.Messages(
                disputes, items => new ListDisputesResponse { Disputes = { items } }, items => PaymentTables.Disputes(context.Printer, items));
            return ExitCode.Ok;
        });
        return command;
    }
}
