using System.CommandLine;
using Suite.Cli.Output;
using Suite.Cli.Session;
using Suite.Client;
using Suite.Contracts.Ops.V1;

namespace Suite.Cli.Commands;

/// <summary><c>suite projections …</c></summary>
internal static class ProjectionCommands
{
    private const string Collection = "projections";

    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_betweenNews = TimeSpan.FromSeconds(2);

    public static Command Build(CommandLine cli) =>
        new("projections", "Looks after documents that are made of events, such as the stories of orders.") { List(cli), Status(cli), Rebuild(cli), Verify(cli) };

    private static Argument<string> NameArgument() => new("NAME") { Description = "Which, for example timelines." };

    private static Option<bool> DetachOption() => new("--detach") { Description = "Do not wait for the end; `suite projections status` tells of it." };

    private static Command List(CommandLine cli)
    {
        var limits = new ListOptions();
        var command = new Command("list", "Shows all of them.");
        limits.AddTo(command);
        cli.Action(command, async (context, cancellationToken) =>
        {
            var projections = await ListOptions.ReadAsync(context.Suite.Projections.List(limits.Read(context)), cancellationToken);
            context.Printer.Messages(
                projections, items => new ListProjectionsResponse { Projections = { items } }, items => OpsTables.Projections(context.Printer, items));
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command Status(CommandLine cli)
    {
        var name = NameArgument();
        var command = new Command("status", "Shows how one is.") { name };
        cli.Action(command, async (context, cancellationToken) =>
        {
            Print(context, await context.Suite.Projections.GetAsync(Names.Of(Collection, context.Parsed.GetRequiredValue(name)), cancellationToken: cancellationToken));
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command Rebuild(CommandLine cli)
    {
        var (name, detach, requestId) = (NameArgument(), DetachOption(), RequestIdOption.New());
        var command = new Command("rebuild", "Makes the documents anew from the record, beside those that serve, and switches.") { name, detach, requestId };
        cli.Action(command, async (context, cancellationToken) =>
        {
            var begun = await context.Suite.Projections.RebuildAsync(
                Names.Of(Collection, context.Parsed.GetRequiredValue(name)), context.CallOptions(requestId), cancellationToken);
            Print(context, context.Parsed.GetValue(detach) ? begun : await FollowAsync(context, begun, cancellationToken));
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command Verify(CommandLine cli)
    {
        var (name, detach, requestId) = (NameArgument(), DetachOption(), RequestIdOption.New());
        var command = new Command("verify", "Compares every document with the record; the exit code says whether they agree.") { name, detach, requestId };
        cli.Action(command, async (context, cancellationToken) =>
        {
            var begun = await context.Suite.Projections.VerifyAsync(
                Names.Of(Collection, context.Parsed.GetRequiredValue(name)), context.CallOptions(requestId), cancellationToken);
            if (context.Parsed.GetValue(detach))
            {
                Print(context, begun);
                return ExitCode.Ok;
            }

            var ended = await FollowAsync(context, begun, cancellationToken);
            Print(context, ended);
            foreach (var difference in ended.LastVerification?.Differences ?? [])
            {
                context.Notices.Info(difference);
            }

            return ended.LastVerification is { DifferenceCount: 0 } ? ExitCode.Ok : ExitCode.Differences;
        });
        return command;
    }

    private static void Print(CommandContext context, Projection projection) =>
        context.Printer.Message(projection, () => OpsTables.Projections(context.Printer, [projection]));

    /// <summary>Waits until nothing is being done with it, and tells how far it is and how fast.</summary>
    private static async Task<Projection> FollowAsync(CommandContext context, Projection projection, CancellationToken cancellationToken)
    {
        var news = new Throttle(s_betweenNews);
        var began = context.Host.Time.GetTimestamp();
        while (projection.BeginTime is not null)
        {
            if (news.TryTell(context.Host.Time))
            {
                var rate = projection.ReadCount / Math.Max(1, context.Host.Time.GetElapsedTime(began).TotalSeconds);
                context.Notices.Info(FormattableString.Invariant($"{projection.ReadCount} of {projection.TotalCount} events read, {rate:0}/s"));
            }

            await Task.Delay(s_look, context.Host.Time, cancellationToken);
            projection = await context.Suite.Projections.GetAsync(projection.Name, cancellationToken: cancellationToken);
        }

        return projection;
    }
}
