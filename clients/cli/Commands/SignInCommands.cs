using System.CommandLine;
using Grpc.Core;
using Suite.Cli.Errors;
using Suite.Cli.Output;
using Suite.Cli.Session;
using Suite.Client;
using Suite.Contracts.Common.V1;
using Suite.Contracts.Users.V1;

namespace Suite.Cli.Commands;

/// <summary><c>suite login</c> and <c>suite logout</c>: the session lies in the profile, which the client library reads too.</summary>
internal static class SignInCommands
{
    public static Command Login(CommandLine cli)
    {
        var email = new Argument<string>("EMAIL") { Description = "The e-mail address of the user." };
        var command = new Command(
            "login",
            "Signs a user in, for this and later commands with the profile. The password is asked for, or read from standard input.")
        {
            email,
        };
        cli.Action(command, async (context, cancellationToken) =>
        {
            // Before anything is asked: a profile file that can not be read is told first.
            var before = Profile(context).Session;
            var request = new CreateSessionRequest
            {
                Email = context.Parsed.GetRequiredValue(email),
                Password = await SecretInput.ReadAsync(context, "password", cancellationToken),
            };
            var asked = context.Host.Time.GetUtcNow();
            var tokens = await context.Suite.Sessions.CreateAsync(request, cancellationToken: cancellationToken);
            ConfigCommands.Change(context, profile => profile with { Session = SuiteProfileSession.Of(tokens, asked) });
            context.Printer.Message(tokens.Session, () => SignInTables.Session(context.Printer, tokens.Session));
            if (context.TokenSource() is { } first && !first.StartsWith("profile", StringComparison.Ordinal))
            {
                context.Notices.Warning($"{first} goes before the session of the profile: unset it to act as this user.");
            }

            if (before is not null)
            {
                await EndQuietlyAsync(context, before, cancellationToken);
            }

            return ExitCode.Ok;
        });
        return command;
    }

    public static Command Logout(CommandLine cli)
    {
        var local = new Option<bool>("--local") { Description = "Only forgets the session here, without asking the service to end it." };
        var command = new Command("logout", "Ends the session of the profile, and forgets it.") { local };
        cli.Action(command, async (context, cancellationToken) =>
        {
            if (Profile(context).Session is not { } session)
            {
                context.Notices.Info($"profile {context.ProfileName} is not signed in.");
                return ExitCode.Ok;
            }

            if (!context.Parsed.GetValue(local))
            {
                await EndAsync(context, session, cancellationToken);
            }

            ConfigCommands.Change(context, profile => profile with { Session = null });
            context.Notices.Info($"{session.User} is signed out.");
            return ExitCode.Ok;
        });
        return command;
    }

    private static SuiteProfile Profile(CommandContext context) => context.Profiles.Find(context.ProfileName) ?? new SuiteProfile();

    /// <summary>Ends a session with its own token, whatever credentials the command has; one that has ended already is fine.</summary>
    private static async Task EndAsync(CommandContext context, SuiteProfileSession session, CancellationToken cancellationToken)
    {
        try
        {
            var token = session.AccessToken;
            if (session.AccessExpireTime <= context.Host.Time.GetUtcNow())
            {
                var refresh = new RefreshSessionRequest { RefreshToken = session.RefreshToken, RequestId = session.RequestId ?? string.Empty };
                token = (await context.Suite.Sessions.RefreshAsync(refresh, cancellationToken: cancellationToken)).AccessToken;
            }

            var asUser = new SuiteCallOptions { Credentials = SuiteCredentials.FromToken(token) };
            await context.Suite.Sessions.EndAsync(session.Name, asUser, cancellationToken);
        }
        catch (SuiteException e) when (e.Reason is ErrorReason.RefreshTokenInvalid or ErrorReason.CredentialsInvalid)
        {
            // It has ended.
        }
    }

    /// <summary>The session that another one took the place of.</summary>
    private static async Task EndQuietlyAsync(CommandContext context, SuiteProfileSession session, CancellationToken cancellationToken)
    {
        try
        {
            await EndAsync(context, session, cancellationToken);
        }
        catch (SuiteException e)
        {
            context.Notices.Warning($"the session before, {session.Name}, could not be ended: {ErrorReport.CodeName(e.Code)}.");
        }
    }
}
