using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Google.Protobuf.WellKnownTypes;
using Spectre.Console;
using Suite.Cli.Output;
using Suite.Client;
using Suite.Contracts.Ops.V1;

namespace Suite.Cli.Commands;

/// <summary><c>suite dead-letters …</c></summary>
internal static class DeadLetterCommands
{
    public static Command Build(CommandLine cli) =>
        new("dead-letters", "Shows messages a service could not process, and brings them back.") { List(cli), Replay(cli) };

    private static Option<SuiteService> ServiceOption() => new("--service")
    {
        Description = "Whose dead letters.",
        HelpName = "user|order|payment",
        Required = true,
    };

    private static Command List(CommandLine cli)
    {
        var service = ServiceOption();
        var limits = new ListOptions();
        var command = new Command("list", "Shows what is parked, oldest first.") { service };
        limits.AddTo(command);
        cli.Action(command, async (context, cancellationToken) =>
        {
            var list = context.Suite.DeadLetters.List(context.Parsed.GetRequiredValue(service), limits.Read(context));
            var letters = await ListOptions.ReadAsync(list, cancellationToken);
            context.Printer.Messages(
                letters, items => new ListDeadLettersResponse { DeadLetters = { items } }, items => OpsTables.DeadLetters(context.Printer, items));
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command Replay(CommandLine cli)
    {
        var service = ServiceOption();
        var note = new Option<string>("--note") { Description = "Who asks and why, for the audit record.", Required = true };
        var key = new Option<string?>("--key") { Description = "Only messages of this key." };
        var type = new Option<string?>("--type") { Description = "Only messages of this CloudEvents type." };
        var since = TimeOption.New("--since", "Only messages parked at or after this time.");
        var before = TimeOption.New("--before", "Only messages parked before this time.");
        var requestId = RequestIdOption.New();
        var command = new Command("replay", "Asks for another attempt at what is parked and matches; each key in its order.")
        {
            service, note, key, type, since, before, requestId,
        };
        cli.Action(command, async (context, cancellationToken) =>
        {
            var request = new ReplayDeadLettersRequest
            {
                Note = context.Parsed.GetRequiredValue(note),
                Key = context.Parsed.GetValue(key) ?? string.Empty,
                Type = context.Parsed.GetValue(type) ?? string.Empty,
                StartTime = Time(context.Parsed.GetValue(since)),
                EndTime = Time(context.Parsed.GetValue(before)),
            };
            var marked = await context.Suite.DeadLetters.ReplayAsync(
                context.Parsed.GetRequiredValue(service), request, context.CallOptions(requestId), cancellationToken);
            context.Printer.Document(
                () => new JsonObject { ["markedCount"] = marked },
                () => new Text(string.Create(CultureInfo.InvariantCulture, $"{marked} messages will be attempted again.\n")));
            return ExitCode.Ok;
        });
        return command;
    }

    private static Timestamp? Time(DateTimeOffset? time) => time is { } set ? Timestamp.FromDateTimeOffset(set) : null;
}
