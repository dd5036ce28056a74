using Spectre.Console;
using Spectre.Console.Rendering;
using Suite.Contracts.Users.V1;

namespace Suite.Cli.Output;

/// <summary>Users for people.</summary>
internal static class UserTables
{
    public static IRenderable User(Printer printer, User user) => Facts.Table(
        printer,
        ("name", user.Name),
        ("email", user.Email),
        ("display name", user.DisplayName),
        ("state", State(user)),
        ("created", Facts.Time(user.CreateTime)),
        ("updated", Facts.Time(user.UpdateTime)),
        ("etag", user.Etag));

    public static IRenderable Users(Printer printer, IReadOnlyList<User> users)
    {
        var table = printer.NewTable("NAME", "STATE", "EMAIL", "DISPLAY NAME", "CREATED");
        foreach (var user in users)
        {
            table.AddRow(
                new Text(user.Name), new Text(State(user)), new Text(user.Email), new Text(user.DisplayName), new Text(Facts.Time(user.CreateTime)));
        }

        return table;
    }

    private static string State(User user) => user.State.ToString().ToUpperInvariant();
}
