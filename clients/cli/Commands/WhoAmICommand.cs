using System.CommandLine;
using System.Text.Json.Nodes;
using Suite.Cli.Output;
using Suite.Cli.Session;
using Suite.Client;

namespace Suite.Cli.Commands;

/// <summary><c>suite whoami</c></summary>
internal static class WhoAmICommand
{
    public static Command Build(CommandLine cli)
    {
        var command = new Command("whoami", "Shows the settings in use, where they come from, and what calls are signed with. Makes no call.");
        cli.Action(command, (context, _) =>
        {
            var services = Enum.GetValues<SuiteService>();
            var addresses = services.ToDictionary(s => s.ToString().ToLowerInvariant(), s => (context.Options.AddressOf(s), context.SourceOf(s)));
            var token = context.TokenSource();
            var session = context.SignedIn();
            context.Printer.Document(
                () => new JsonObject
                {
                    ["profile"] = context.ProfileName,
                    ["configFile"] = context.Profiles.Path,
                    ["addresses"] = new JsonObject(addresses.Select(a => KeyValuePair.Create(
                        a.Key, (JsonNode?)new JsonObject { ["address"] = Addresses.Text(a.Value.Item1), ["source"] = a.Value.Item2 }))),
                    ["user"] = session?.User,
                    ["session"] = session?.Name,
                    ["tokenSet"] = token is not null,
                    ["tokenSource"] = token,
                },
                () => Facts.Table(
                    context.Printer,
                    [
                        ("profile", context.ProfileName),
                        ("config file", context.Profiles.Path),
                        .. addresses.Select(a => (a.Key, $"{Addresses.Text(a.Value.Item1)} ({a.Value.Item2})")),
                        ("signed in as", session is null ? "nobody" : $"{session.User}, {session.Name}"),
                        ("token", token is null ? "not set" : $"set ({token})"),
                    ]));
            if (token is null)
            {
                context.Notices.Info("Calls go out without credentials, and services will refuse them. " + Errors.ErrorHints.HowToSignIn);
            }

            return Task.FromResult(ExitCode.Ok);
        });
        return command;
    }
}
