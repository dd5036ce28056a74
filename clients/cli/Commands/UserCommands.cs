using System.CommandLine;
using Suite.Cli.Output;

namespace Suite.Cli.Commands;

/// <summary><c>suite user …</c></summary>
internal static class UserCommands
{
    public static Command Build(CommandLine cli) => new("user", "Shows users.") { Get(cli) };

    private static Command Get(CommandLine cli)
    {
        var name = new Argument<string>("NAME") { Description = "users/{uuid}, or the UUID alone." };
        var command = new Command("get", "Shows a user.") { name };
        cli.Action(command, async (context, cancellationToken) =>
        {
            var user = await context.Suite.Users.GetAsync(Names.Of("users", context.Parsed.GetRequiredValue(name)), cancellationToken: cancellationToken);
            context.Printer.Message(user, () => Facts.Table(
                context.Printer,
                ("name", user.Name),
                ("email", user.Email),
                ("display name", user.DisplayName),
                ("state", user.State.ToString().ToUpperInvariant()),
                ("created", Facts.Time(user.CreateTime)),
                ("updated", Facts.Time(user.UpdateTime)),
                ("etag", user.Etag)));
            return ExitCode.Ok;
        });
        return command;
    }
}
