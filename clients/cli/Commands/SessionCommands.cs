using System.CommandLine;
using Suite.Cli.Errors;
using Suite.Cli.Output;
using Suite.Cli.Session;
using Suite.Contracts.Users.V1;

namespace Suite.Cli.Commands;

/// <summary><c>suite session …</c></summary>
internal static class SessionCommands
{
    public static Command Build(CommandLine cli) => new("session", "Shows and ends sessions of users.") { List(cli), End(cli) };

    private static Command List(CommandLine cli)
    {
        var user = new Argument<string?>("USER")
        {
            Description = "users/{uuid}, or the UUID alone; the signed-in user unless given.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var limits = new ListOptions();
        var command = new Command("list", "Shows the living sessions of a user, the newest first.") { user };
        limits.AddTo(command);
        cli.Action(command, async (context, cancellationToken) =>
        {
            var whose = context.Parsed.GetValue(user)
                ?? context.SignedIn()?.User
                ?? throw new UsageException("nobody is signed in: name the user whose sessions to show.");
            var list = context.Suite.Sessions.List(Names.Of("users", whose), limits.Read(context));
            var sessions = await ListOptions.ReadAsync(list, cancellationToken);
            context.Printer.Messages(
                sessions, items => new ListSessionsResponse { Sessions = { items } }, items => SignInTables.Sessions(context.Printer, items));
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command End(CommandLine cli)
    {
        var name = new Argument<string>("NAME") { Description = "sessions/{uuid}, or the UUID alone." };
        var requestId = RequestIdOption.New();
        var command = new Command("end", "Ends a session: its tokens are refused within seconds.") { name, requestId };
        cli.Action(command, async (context, cancellationToken) =>
        {
            var session = Names.Of("sessions", context.Parsed.GetRequiredValue(name));
            await context.Suite.Sessions.EndAsync(session, context.CallOptions(requestId), cancellationToken);
            context.Notices.Info($"{session} has ended.");
            return ExitCode.Ok;
        });
        return command;
    }
}
