using Spectre.Console;
using Spectre.Console.Rendering;
using Suite.Contracts.Users.V1;
using UserSession = Suite.Contracts.Users.V1.Session;

namespace Suite.Cli.Output;

/// <summary>Sessions and API keys for people.</summary>
internal static class SignInTables
{
    public static IRenderable Session(Printer printer, UserSession session) => Facts.Table(
        printer,
        ("signed in as", session.User),
        ("session", session.Name),
        ("ends unless used by", Facts.Time(session.ExpireTime)));

    public static IRenderable Sessions(Printer printer, IReadOnlyList<UserSession> sessions)
    {
        var table = printer.NewTable("NAME", "SIGNED IN", "LAST USED", "ENDS", "USER AGENT");
        foreach (var session in sessions)
        {
            table.AddRow(
                new Text(session.Name),
                new Text(Facts.Time(session.CreateTime)),
                new Text(Facts.Time(session.RefreshTime)),
                new Text(Facts.Time(session.ExpireTime)),
                new Text(session.UserAgent));
        }

        return table;
    }

    public static IRenderable ApiKeys(Printer printer, IReadOnlyList<ApiKey> keys)
    {
        var table = printer.NewTable("NAME", "STATE", "DISPLAY NAME", "PREFIX", "SCOPES", "LAST USED", "EXPIRES");
        foreach (var key in keys)
        {
            table.AddRow(
                new Text(key.Name),
                new Text(key.State.ToString().ToUpperInvariant()),
                new Text(key.DisplayName),
                new Text(key.Prefix),
                new Text(string.Join(' ', key.Scopes)),
                new Text(Facts.Time(key.LastUseTime)),
                new Text(Facts.Time(key.ExpireTime)));
        }

        return table;
    }

    public static IRenderable NewApiKey(Printer printer, CreateApiKeyResponse created) => Facts.Table(
        printer,
        ("name", created.ApiKey.Name),
        ("display name", created.ApiKey.DisplayName),
        ("scopes", string.Join(' ', created.ApiKey.Scopes)),
        ("expires", Facts.Time(created.ApiKey.ExpireTime)),
        ("secret", created.Secret));
}
