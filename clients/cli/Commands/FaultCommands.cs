using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Json.Nodes;
using Google.Protobuf.WellKnownTypes;
using Spectre.Console;
using Suite.Cli.Errors;
using Suite.Cli.Output;
using Suite.Cli.Session;
using Suite.Client;
using Suite.Contracts.Ops.V1;

namespace Suite.Cli.Commands;

/// <summary><c>suite faults …</c></summary>
internal static class FaultCommands
{
    private static readonly string s_targets = string.Join('|', ContractNames.All<Fault.Types.Target>().Select(t => t.ToLowerInvariant()));

    public static Command Build(CommandLine cli) =>
        new("faults", "Makes a running service meet faults, in development: it must have been started with SUITE_FAULTS=on.") { Set(cli), List(cli), Clear(cli) };

    private static Option<SuiteService> ServiceOption() => new("--service")
    {
        Description = "Whose faults; they are those of the one replica that answers.",
        HelpName = "user|order|payment",
        Required = true,
    };

    private static Command Set(CommandLine cli)
    {
        var target = new Argument<Fault.Types.Target>("TARGET")
        {
            Description = $"What goes wrong: {s_targets}.",
            CustomParser = Read,
        };
        var service = ServiceOption();
        var latency = DurationOption.New("--latency", "How much longer it takes, for example 300ms; up to a minute. Without it, it fails.");
        var percent = new Option<int>("--percent") { Description = "How many of a hundred meet it, by chance.", HelpName = "N", DefaultValueFactory = _ => 100 };
        var lasts = DurationOption.New("--for", "How long it lasts, for example 30s; until it is cleared unless given.");
        var requestId = RequestIdOption.New();
        var command = new Command("set", "Begins a fault, in place of one of the same target and kind.") { target, service, latency, percent, lasts, requestId };
        cli.Action(command, async (context, cancellationToken) =>
        {
            var slow = Finite(context, latency);
            var fault = new Fault
            {
                Target = context.Parsed.GetValue(target),
                Kind = slow is null ? Fault.Types.Kind.Error : Fault.Types.Kind.Latency,
                Latency = slow,
                Percent = context.Parsed.GetValue(percent) is > 0 and <= 100 and var share
                    ? share
                    : throw new UsageException("--percent must be 1 to 100."),
                Ttl = Finite(context, lasts),
            };
            var set = await context.Suite.Faults.SetAsync(
                context.Parsed.GetRequiredValue(service), fault, context.CallOptions(requestId), cancellationToken);
            context.Printer.Message(set, () => OpsTables.Faults(context.Printer, [set]));
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command List(CommandLine cli)
    {
        var service = ServiceOption();
        var limits = new ListOptions();
        var command = new Command("list", "Shows the faults there are.") { service };
        limits.AddTo(command);
        cli.Action(command, async (context, cancellationToken) =>
        {
            var faults = await ListOptions.ReadAsync(
                context.Suite.Faults.List(context.Parsed.GetRequiredValue(service), limits.Read(context)), cancellationToken);
            context.Printer.Messages(
                faults, items => new ListFaultsResponse { Faults = { items } }, items => OpsTables.Faults(context.Printer, items));
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command Clear(CommandLine cli)
    {
        var target = new Argument<Fault.Types.Target>("TARGET")
        {
            Description = $"Only those of this target: {s_targets}.",
            Arity = ArgumentArity.ZeroOrOne,
            CustomParser = Read,
        };
        var service = ServiceOption();
        var requestId = RequestIdOption.New();
        var command = new Command("clear", "Ends faults: all, or those of a target.") { target, service, requestId };
        cli.Action(command, async (context, cancellationToken) =>
        {
            var cleared = await context.Suite.Faults.ClearAsync(
                context.Parsed.GetRequiredValue(service), context.Parsed.GetValue(target), context.CallOptions(requestId), cancellationToken);
            context.Printer.Document(
                () => new JsonObject { ["clearedCount"] = cleared },
                () => new Text(string.Create(CultureInfo.InvariantCulture, $"{cleared} faults ended.\n")));
            return ExitCode.Ok;
        });
        return command;
    }

    // By the contract's name; a number would pass for a value as well.
    private static Fault.Types.Target Read(ArgumentResult result)
    {
        if (result.Tokens is [{ Value: var text }])
        {
            if (s_targets.Split('|').Contains(text, StringComparer.OrdinalIgnoreCase))
            {
                return System.Enum.Parse<Fault.Types.Target>(text, ignoreCase: true);
            }

            result.AddError($"'{text}' is no target; one of {s_targets}.");
        }

        return default;
    }

    private static Duration? Finite(CommandContext context, Option<TimeSpan?> option) => context.Parsed.GetValue(option) is { } time && time != Timeout.InfiniteTimeSpan
        ? Duration.FromTimeSpan(time)
        : null;
}
