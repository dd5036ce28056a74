using System.CommandLine;
using Suite.Cli.Output;
using Suite.Contracts.Orders.V1;

namespace Suite.Cli.Commands;

/// <summary><c>suite order search</c></summary>
internal static class OrderSearchCommand
{
    public static Command Build(CommandLine cli)
    {
        var query = new Argument<string[]>("QUERY")
        {
            Description = "Words, \"phrases\" and comparisons such as state:CONFIRMED total>100; see SearchOrdersRequest.query.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var orderBy = new Option<string?>("--order-by") { Description = "relevance, create_time, update_time or total, with \" desc\" or nothing.", HelpName = "FIELD" };
        var limits = new ListOptions();
        var command = new Command("search", "Finds orders by what is in them.") { query, orderBy };
        limits.AddTo(command);
        cli.Action(command, async (context, cancellationToken) =>
        {
            var list = context.Suite.Orders.Search(string.Join(' ', context.Parsed.GetRequiredValue(query)), context.Parsed.GetValue(orderBy), limits.Read(context));
            var hits = await ListOptions.ReadAsync(list, cancellationToken);
            context.Printer.Messages(hits, items => new SearchOrdersResponse { Hits = { items } }, items => OrderTables.Hits(context.Printer, items));
            return ExitCode.Ok;
        });
        return command;
    }
}
