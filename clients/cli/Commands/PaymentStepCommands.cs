using System.CommandLine;
using Google.Type;
using Suite.Cli.Output;
using Suite.Cli.Session;
using Suite.Contracts.Payments.V1;

namespace Suite.Cli.Commands;

/// <summary><c>suite payment authorize</c>, <c>capture</c>, <c>void</c> and <c>refund</c>.</summary>
internal static class PaymentStepCommands
{
    public static Command Authorize(CommandLine cli)
    {
        var order = new Option<string>("--order") { Description = "The order that is paid: orders/{uuid}, or the UUID alone.", HelpName = "ORDER", Required = true };
        var amount = new Option<string>("--amount") { Description = "How much, with its currency.", HelpName = "AMOUNTCURRENCY", Required = true };
        var token = new Option<string>("--payment-method")
        {
            Description = "The payment provider's token, for example tok_visa.",
            HelpName = "TOKEN",
            Required = true,
        };
        var customer = new Option<string?>("--customer") { Description = "Whose order it is: users/{uuid}, or the UUID alone.", HelpName = "USER" };
        var requestId = RequestIdOption.New();
        var command = new Command("authorize", "Has an amount held for an order that lives elsewhere.") { order, amount, token, customer, requestId };
        cli.Action(command, (context, cancellationToken) =>
        {
            var request = new AuthorizePaymentRequest
            {
                Order = Names.Of("orders", context.Parsed.GetRequiredValue(order)),
                Amount = MoneyArgument.Parse(context.Parsed.GetRequiredValue(amount), "--amount"),
                PaymentMethod = context.Parsed.GetRequiredValue(token),
                Customer = context.Parsed.GetValue(customer) is { } user ? Names.Of("users", user) : string.Empty,
            };
            return ShowAsync(context, context.Suite.Payments.AuthorizeAsync(request, context.CallOptions(requestId), cancellationToken));
        });
        return command;
    }

    public static Command Capture(CommandLine cli)
    {
        var name = PaymentCommands.NameArgument();
        var amount = AmountOption("How much; all that is held unless given. What is left is released.");
        var more = new Option<bool>("--more-to-follow") { Description = "Keeps what is left held, where the provider can." };
        var etag = new Option<string?>("--etag") { Description = "Capture only if the payment still has this etag." };
        var requestId = RequestIdOption.New();
        var command = new Command("capture", "Takes what is held.") { name, amount, more, etag, requestId };
        cli.Action(command, async (context, cancellationToken) =>
        {
            var request = new CapturePaymentRequest
            {
                Name = PaymentCommands.NameOf(context, name),
                Amount = await AmountAsync(context, name, amount, cancellationToken),
                MoreToFollow = context.Parsed.GetValue(more),
                Etag = context.Parsed.GetValue(etag) ?? string.Empty,
            };
            return await ShowAsync(context, context.Suite.Payments.CaptureAsync(request, context.CallOptions(requestId), cancellationToken));
        });
        return command;
    }

    public static Command Void(CommandLine cli)
    {
        var name = PaymentCommands.NameArgument();
        var reason = new Option<string?>("--reason") { Description = "Why, for the record." };
        var etag = new Option<string?>("--etag") { Description = "Void only if the payment still has this etag." };
        var requestId = RequestIdOption.New();
        var command = new Command("void", "Releases what is held and not captured.") { name, reason, etag, requestId };
        cli.Action(command, (context, cancellationToken) => ShowAsync(context, context.Suite.Payments.VoidAsync(
            PaymentCommands.NameOf(context, name),
            context.Parsed.GetValue(reason),
            context.Parsed.GetValue(etag),
            context.CallOptions(requestId),
            cancellationToken)));
        return command;
    }

    public static Command Refund(CommandLine cli)
    {
        var name = PaymentCommands.NameArgument();
        var amount = AmountOption("How much; all that is left unless given.");
        var reason = new Option<string?>("--reason") { Description = "Why, for the record." };
        var etag = new Option<string?>("--etag") { Description = "Refund only if the payment still has this etag." };
        var requestId = RequestIdOption.New();
        var command = new Command("refund", "Gives back what was captured.") { name, amount, reason, etag, requestId };
        cli.Action(command, async (context, cancellationToken) =>
        {
            var request = new RefundPaymentRequest
            {
                Name = PaymentCommands.NameOf(context, name),
                Amount = await AmountAsync(context, name, amount, cancellationToken),
                Reason = context.Parsed.GetValue(reason) ?? string.Empty,
                Etag = context.Parsed.GetValue(etag) ?? string.Empty,
            };
            return await ShowAsync(context, context.Suite.Payments.RefundAsync(request, context.CallOptions(requestId), cancellationToken));
        });
        return command;
    }

    private static Option<string?> AmountOption(string description) =>
        new("--amount") { Description = description, HelpName = MoneyArgument.Form };

    private static async Task<Money?> AmountAsync(
        CommandContext context, Argument<string> name, Option<string?> amount, CancellationToken cancellationToken)
    {
        if (context.Parsed.GetValue(amount) is not { } text)
        {
            return null;
        }

        var currency = MoneyArgument.NamesCurrency(text)
            ? null
            : (await context.Suite.Payments.GetAsync(PaymentCommands.NameOf(context, name), cancellationToken: cancellationToken)).Amount.CurrencyCode;
        return MoneyArgument.Parse(text, amount.Name, currency);
    }

    private static async Task<ExitCode> ShowAsync(CommandContext context, Task<Payment> change)
    {
        var payment = await change;
        context.Printer.Message(payment, () => PaymentTables.Payment(context.Printer, payment));
        return ExitCode.Ok;
    }
}
