using System.CommandLine;
using Suite.Cli.Output;
using Suite.Contracts.Users.V1;

namespace Suite.Cli.Commands;

/// <summary><c>suite apikey …</c></summary>
internal static class ApiKeyCommands
{
    public static Command Build(CommandLine cli) => new("apikey", "Makes, shows and revokes the keys of backends.")
    {
        Create(cli),
        List(cli),
        Revoke(cli),
    };

    private static Command Create(CommandLine cli)
    {
        var displayName = new Option<string>("--name") { Description = "What the key is for.", Required = true };
        var scopes = new Option<string[]>("--scope")
        {
            Description = "What it may do, for example orders.read; more than one by giving the option again.",
            Required = true,
        };
        var expires = TimeOption.New("--expires", "When it stops being accepted; never unless given.");
        var requestId = RequestIdOption.New();
        var command = new Command("create", "Makes a key. Its secret is shown this once.") { displayName, scopes, expires, requestId };
        cli.Action(command, async (context, cancellationToken) =>
        {
            var created = await context.Suite.ApiKeys.CreateAsync(
                context.Parsed.GetRequiredValue(displayName),
                context.Parsed.GetRequiredValue(scopes),
                context.Parsed.GetValue(expires),
                context.CallOptions(requestId),
                cancellationToken);
            context.Printer.Message(created, () => SignInTables.NewApiKey(context.Printer, created));
            context.Notices.Info("The secret is shown this once: keep it where only its user can read it.");
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command List(CommandLine cli)
    {
        var limits = new ListOptions();
        var command = new Command("list", "Shows the keys, the newest first, revoked ones too.");
        limits.AddTo(command);
        cli.Action(command, async (context, cancellationToken) =>
        {
            var keys = await ListOptions.ReadAsync(context.Suite.ApiKeys.List(limits.Read(context)), cancellationToken);
            context.Printer.Messages(
                keys, items => new ListApiKeysResponse { ApiKeys = { items } }, items => SignInTables.ApiKeys(context.Printer, items));
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command Revoke(CommandLine cli)
    {
        var name = new Argument<string>("NAME") { Description = "apiKeys/{uuid}, or the UUID alone." };
        var requestId = RequestIdOption.New();
        var command = new Command("revoke", "Ends a key, for good: every service refuses it within seconds.") { name, requestId };
        cli.Action(command, async (context, cancellationToken) =>
        {
            var key = await context.Suite.ApiKeys.RevokeAsync(
                Names.Of("apiKeys", context.Parsed.GetRequiredValue(name)), context.CallOptions(requestId), cancellationToken);
            context.Printer.Message(key, () => SignInTables.ApiKeys(context.Printer, [key]));
            return ExitCode.Ok;
        });
        return command;
    }
}
