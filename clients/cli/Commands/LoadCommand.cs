using System.CommandLine;
using System.Globalization;
using Suite.Cli.Errors;
using Suite.Cli.Load;
using Suite.Cli.Output;
using Suite.Cli.Session;
using Suite.Client;

namespace Suite.Cli.Commands;

/// <summary><c>suite load</c></summary>
internal static class LoadCommand
{
    public static Command Build(CommandLine cli)
    {
        var options = new LoadOptions();
        var customer = new Option<string?>("--customer") { Description = "Whose orders to work with, users/{uuid}; one is made unless given.", HelpName = "USER" };
        var product = new Option<string?>("--product") { Description = "What to order; one is made unless given.", HelpName = "SKU" };
        var paymentMethod = new Option<string>("--payment-method")
        {
            Description = "The payment provider's token of the orders.",
            HelpName = "TOKEN",
            DefaultValueFactory = _ => "tok_visa",
        };
        var command = new Command(
            "load", "Puts load on a suite, with orders that stay in it: at a rate or with callers, ends with counts and latencies.")
        {
            customer, product, paymentMethod,
        };
        options.AddTo(command);
        cli.Action(command, async (context, cancellationToken) =>
        {
            var plan = options.Read(context);
            // What fails is to be seen as it is, and not to be made good.
            context.Options.Retry = SuiteRetryOptions.None;
            var shop = await LoadShop.OpenAsync(
                context.Suite,
                context.Parsed.GetValue(customer) is { } user ? Names.Of("users", user) : null,
                context.Parsed.GetValue(product) is { } sku ? Names.Of("products", sku) : null,
                context.Parsed.GetRequiredValue(paymentMethod),
                plan.Mix,
                cancellationToken);
            var run = new LoadRun(plan, shop, context.Host.Time);
            await new LoadProgress(context.Notices, context.Host.Time).RunAsync(run, cancellationToken);
            context.Printer.Document(() => LoadTables.Json(run), () => LoadTables.Table(context.Printer, run));
            return Conclude(context, run, cancellationToken.IsCancellationRequested);
        });
        return command;
    }

    private static ExitCode Conclude(CommandContext context, LoadRun run, bool interrupted)
    {
        var (count, errors) = (run.Tally.Count, run.Tally.Errors);
        if (run.Unsent > 0)
        {
            context.Notices.Warning(string.Create(
                CultureInfo.InvariantCulture,
                $"{run.Unsent} calls were due and never made: all {run.Plan.Callers} calls at once were waiting for answers (--in-flight)."));
        }

        if (count > 0 && errors == count)
        {
            var most = run.Tally.Outcomes.GroupBy(o => o.Code).MaxBy(g => g.Sum(o => o.Latencies.Count))!.Key;
            var report = new ErrorReport
            {
                Exit = interrupted ? ExitCode.Interrupted : ErrorReport.ExitOf(most),
                Code = ErrorReport.CodeName(most),
                Message = string.Create(CultureInfo.InvariantCulture, $"all {count} calls failed."),
            };
            context.Notices.Error(report);
            return report.Exit;
        }

        return interrupted ? ExitCode.Interrupted : ExitCode.Ok;
    }
}
