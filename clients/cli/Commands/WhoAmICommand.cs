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
        var command = new Command("whoami", "Shows the settings in use, where they come from, and whether a token is set.");
        cli.Action(command, (context, _) =>
        {
            var services = Enum.GetValues<SuiteService>();
            var addresses = services.ToDictionary(s => s.ToString().ToLowerInvariant(), s => (context.Options.AddressOf(s), context.SourceOf(s)));
            var token = context.TokenSource();
            context.Printer.Document(
                () => new JsonObject
                {
                    ["profile"] = context.ProfileName,
                    ["configFile"] = context.Profiles.Path,
                    ["addresses"] = new JsonObject(addresses.Select(a => KeyValuePair.Create(
                        a.Key, (JsonNode?)new JsonObject { ["address"] = Addresses.Text(a.Value.Item1), ["source"] = a.Value.Item2 }))),
                    ["tokenSet"] = token is not null,
                    ["tokenSource"] = token,
                    ["signInEnforced"] = false,
                },
                () => Facts.Table(
                    context.Printer,
                    [
                        ("profile", context.ProfileName),
                        ("config file", context.Profiles.Path),
                        .. addresses.Select(a => (a.Key, $"{Addresses.Text(a.Value.Item1)} ({a.Value.Item2})")),
                        ("token", token is null ? "not set" : $"set ({token})"),
                    ]));
            context.Notices.Info("Sign-in is not enforced by this version: every caller may do everything.");
            return Task.FromResult(ExitCode.Ok);
        });
        return command;
    }
}
