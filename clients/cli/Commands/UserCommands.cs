using System.CommandLine;
using Suite.Cli.Errors;
using Suite.Cli.Output;
using Suite.Cli.Session;
using Suite.Client;
using Suite.Contracts.Users.V1;

namespace Suite.Cli.Commands;

/// <summary><c>suite user …</c></summary>
internal static class UserCommands
{
    public static Command Build(CommandLine cli) => new("user", "Shows and changes users.")
    {
        Create(cli),
        Get(cli),
        List(cli),
        Update(cli),
        Move(cli, "suspend", "Keeps a user from signing in and placing orders, and ends all sessions.", users => users.SuspendAsync),
        Move(cli, "reactivate", "Lets a suspended user sign in and place orders again.", users => users.ReactivateAsync),
        Move(cli, "delete", "Deletes a user for good: what is personal is erased. Refused while there are open orders.", users => users.DeleteAsync),
    };

    private delegate Task<User> Change(string name, string? etag, SuiteCallOptions? options, CancellationToken cancellationToken);

    private static Argument<string> NameArgument() => new("NAME") { Description = "users/{uuid}, or the UUID alone." };

    private static Option<string?> EtagOption() => new("--etag") { Description = "The etag that was read: refuses when the user has changed since." };

    private static Command Create(CommandLine cli)
    {
        var email = new Option<string>("--email") { Description = "The e-mail address.", Required = true };
        var displayName = new Option<string?>("--display-name") { Description = "The name to show to people." };
        var password = new Option<bool>("--password-stdin")
        {
            Description = "Asks for the password to sign in with, or reads it from standard input. Without it the user can not sign in.",
        };
        var requestId = RequestIdOption.New();
        var command = new Command("create", "Creates an active user.") { email, displayName, password, requestId };
        cli.Action(command, async (context, cancellationToken) =>
        {
            var request = new CreateUserRequest
            {
                User = new User
                {
                    Email = context.Parsed.GetRequiredValue(email),
                    DisplayName = context.Parsed.GetValue(displayName) ?? string.Empty,
                },
                Password = context.Parsed.GetValue(password) ? await SecretInput.ReadAsync(context, "password", cancellationToken) : string.Empty,
            };
            Show(context, await context.Suite.Users.CreateAsync(request, context.CallOptions(requestId), cancellationToken));
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command Get(CommandLine cli)
    {
        var name = NameArgument();
        var command = new Command("get", "Shows a user.") { name };
        cli.Action(command, async (context, cancellationToken) =>
        {
            Show(context, await context.Suite.Users.GetAsync(NameOf(context, name), cancellationToken: cancellationToken));
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command List(CommandLine cli)
    {
        var filter = new Option<string?>("--filter") { Description = "Which users (AIP-160), for example 'state = SUSPENDED'." };
        var orderBy = new Option<string?>("--order-by") { Description = "create_time, email, either with ' desc'; the newest first unless given." };
        var limits = new ListOptions();
        var command = new Command("list", "Shows users.") { filter, orderBy };
        limits.AddTo(command);
        cli.Action(command, async (context, cancellationToken) =>
        {
            var list = context.Suite.Users.List(context.Parsed.GetValue(filter), context.Parsed.GetValue(orderBy), limits.Read(context));
            var users = await ListOptions.ReadAsync(list, cancellationToken);
            context.Printer.Messages(
                users, items => new ListUsersResponse { Users = { items } }, items => UserTables.Users(context.Printer, items));
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command Update(CommandLine cli)
    {
        var name = NameArgument();
        var email = new Option<string?>("--email") { Description = "Another e-mail address." };
        var displayName = new Option<string?>("--display-name") { Description = "Another name to show to people; '' for none." };
        var etag = EtagOption();
        var requestId = RequestIdOption.New();
        var command = new Command("update", "Changes a user.") { name, email, displayName, etag, requestId };
        cli.Action(command, async (context, cancellationToken) =>
        {
            (string Field, string? Value)[] changes =
                [("email", context.Parsed.GetValue(email)), ("display_name", context.Parsed.GetValue(displayName))];
            var fields = changes.Where(change => change.Value is not null).Select(change => change.Field).ToList();
            if (fields.Count == 0)
            {
                throw new UsageException("nothing to change: give --email or --display-name.");
            }

            var user = new User
            {
                Name = NameOf(context, name),
                Email = changes[0].Value ?? string.Empty,
                DisplayName = changes[1].Value ?? string.Empty,
                Etag = context.Parsed.GetValue(etag) ?? string.Empty,
            };
            Show(context, await context.Suite.Users.UpdateAsync(user, fields, context.CallOptions(requestId), cancellationToken));
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command Move(CommandLine cli, string verb, string description, Func<UsersClient, Change> change)
    {
        var name = NameArgument();
        var etag = EtagOption();
        var requestId = RequestIdOption.New();
        var command = new Command(verb, description) { name, etag, requestId };
        cli.Action(command, async (context, cancellationToken) =>
        {
            Show(context, await change(context.Suite.Users)(
                NameOf(context, name), context.Parsed.GetValue(etag), context.CallOptions(requestId), cancellationToken));
            return ExitCode.Ok;
        });
        return command;
    }

    private static string NameOf(CommandContext context, Argument<string> name) => Names.Of("users", context.Parsed.GetRequiredValue(name));

    private static void Show(CommandContext context, User user) => context.Printer.Message(user, () => UserTables.User(context.Printer, user));
}
