using System.CommandLine;
using System.Text.Json.Nodes;
using Spectre.Console;
using Suite.Cli.Errors;
using Suite.Cli.Output;
using Suite.Cli.Session;
using Suite.Client;

namespace Suite.Cli.Commands;

/// <summary><c>suite config …</c>: the profiles, in the file that the client library reads too.</summary>
internal static class ConfigCommands
{
    public static Command Build(CommandLine cli) => new("config", "Keeps settings under names (profiles), in one file for its owner only.")
    {
        List(cli),
        Get(cli),
        Set(cli),
        Use(cli),
        Path(cli),
    };

    private static Command List(CommandLine cli)
    {
        var command = new Command("list", "Shows all profiles; the current one is marked. Tokens are never shown.");
        cli.Action(command, (context, _) =>
        {
            var names = context.Profiles.Names;
            context.Printer.Document(
                () => new JsonObject
                {
                    ["current"] = context.Profiles.Current,
                    ["profiles"] = new JsonObject(names.Select(n => KeyValuePair.Create(n, (JsonNode?)Json(context.Profiles.Find(n)!)))),
                },
                () =>
                {
                    var table = context.Printer.NewTable(["PROFILE", .. ConfigKeys.All.Select(k => k.Name.ToUpperInvariant())]);
                    foreach (var name in names)
                    {
                        var profile = context.Profiles.Find(name)!;
                        table.AddRow([
                            new Text(name == context.Profiles.Current ? name + " *" : name),
                            .. ConfigKeys.All.Select(k => new Text(k.Show(profile) ?? string.Empty))]);
                    }

                    return table;
                });
            return Task.FromResult(ExitCode.Ok);
        });
        return command;
    }

    private static Command Get(CommandLine cli)
    {
        var key = new Argument<string>("KEY") { Description = "One of " + ConfigKeys.Names + ".", HelpName = "KEY" };
        var command = new Command("get", "Shows one setting of the profile; a token is only told to be set.") { key };
        cli.Action(command, (context, _) =>
        {
            var wanted = ConfigKeys.Find(context.Parsed.GetRequiredValue(key));
            var value = wanted.Show(Profile(context));
            if (context.Printer.IsJson)
            {
                context.Printer.Document(() => new JsonObject { [wanted.Name] = value }, () => new Text(string.Empty));
            }
            else if (value is not null)
            {
                context.Printer.Line(value);
            }

            return Task.FromResult(value is null ? ExitCode.NotFound : ExitCode.Ok);
        });
        return command;
    }

    private static Command Set(CommandLine cli)
    {
        var key = new Argument<string>("KEY") { Description = "One of " + ConfigKeys.Names + "." };
        var value = new Argument<string?>("VALUE")
        {
            Description = "The value; empty ('') to remove the setting. Not for token: that one is read from standard input.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var command = new Command("set", "Changes one setting of the profile, which is made when it does not exist.") { key, value };
        cli.Action(command, async (context, cancellationToken) =>
        {
            var wanted = ConfigKeys.Find(context.Parsed.GetRequiredValue(key));
            var given = context.Parsed.GetValue(value);
            if (wanted.IsSecret && given is { Length: > 0 })
            {
                throw new UsageException(
                    $"{wanted.Name}: a secret does not belong on the command line, where everyone on the machine can read it; "
                    + $"give it on standard input: suite config set {wanted.Name} < FILE.");
            }

            var text = given ?? (wanted.IsSecret
                ? (await SecretInput.ReadAsync(context, wanted.Name, cancellationToken)).Trim()
                : throw new UsageException($"{wanted.Name}: a value is missing."));
            Change(context, profile => wanted.Change(profile, text.Length == 0 ? null : text));
            context.Notices.Info($"{wanted.Name} of profile {context.ProfileName} is {(text.Length == 0 ? "removed" : "set")}.");
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command Use(CommandLine cli)
    {
        var name = new Argument<string>("PROFILE") { Description = "The profile that is used unless another is asked for." };
        var command = new Command("use", "Makes a profile the current one.") { name };
        cli.Action(command, (context, _) =>
        {
            var wanted = context.Parsed.GetRequiredValue(name);
            if (context.Profiles.Find(wanted) is null)
            {
                var known = context.Profiles.Names.Count > 0 ? string.Join(", ", context.Profiles.Names) : "none yet";
                throw new UsageException($"there is no profile '{wanted}' ({known}); 'suite config set --profile {wanted} KEY VALUE' makes it.");
            }

            context.Profiles.Use(wanted);
            Save(context);
            context.Notices.Info($"profile {wanted} is the current one.");
            return Task.FromResult(ExitCode.Ok);
        });
        return command;
    }

    private static Command Path(CommandLine cli)
    {
        var command = new Command("path", "Shows where the file is.");
        cli.Action(command, (context, _) =>
        {
            context.Printer.Document(
                () => new JsonObject { ["path"] = context.Profiles.Path }, () => new Text(context.Profiles.Path + "\n"));
            return Task.FromResult(ExitCode.Ok);
        });
        return command;
    }

    private static SuiteProfile Profile(CommandContext context) => context.Profiles.Find(context.ProfileName) ?? new SuiteProfile();

    private static JsonObject Json(SuiteProfile profile) => new(
        ConfigKeys.All.Where(k => k.Show(profile) is not null).Select(k => KeyValuePair.Create(k.Name, (JsonNode?)k.Show(profile))));

    /// <summary>Changes the profile in use, as it is in the file now: somebody may have written it while a secret was typed.</summary>
    /// <exception cref="UsageException">The file can not be read or written.</exception>
    internal static void Change(CommandContext context, Func<SuiteProfile, SuiteProfile> change)
    {
        var profile = context.ProfileName;
        context.ReloadProfiles();
        context.Profiles.Set(profile, change(context.Profiles.Find(profile) ?? new SuiteProfile()));
        Save(context);
    }

    private static void Save(CommandContext context)
    {
        try
        {
            context.Profiles.Save();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{context.Profiles.Path} can not be written: {e.Message}", e);
        }
    }
}
