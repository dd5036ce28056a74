using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Suite.Cli.Commands;
using Suite.Cli.Errors;
using Suite.Cli.Session;

namespace Suite.Cli;

/// <summary>The command <c>suite</c>: reads its arguments, runs what they say, and turns every failure into a message and an exit code.</summary>
internal sealed class CommandLine
{
    private readonly CliHost _host;
    private readonly GlobalOptions _global = new();

    public CommandLine(CliHost host)
    {
        _host = host;
        Root = new RootCommand("The command line of Suite: users, orders and payments over gRPC.\n\nExit codes are listed in the README of the package.");
        _global.AddTo(Root);
        Root.Add(ImportCommands.Build(this));
        Root.Add(OrderCommands.Build(this));
        Root.Add(ProductCommands.Build(this));
        Root.Add(UserCommands.Build(this));
        Root.Add(PaymentCommands.Build(this));
        Root.Add(DisputeCommands.Build(this));
        Root.Add(LedgerCommands.Build(this));
        Root.Add(ReconcileCommand.Build(this));
        Root.Add(LoadCommand.Build(this));
        Root.Add(DeadLetterCommands.Build(this));
        Root.Add(ProjectionCommands.Build(this));
        Root.Add(FaultCommands.Build(this));
        Root.Add(SignInCommands.Login(this));
        Root.Add(SignInCommands.Logout(this));
        Root.Add(SessionCommands.Build(this));
        Root.Add(ApiKeyCommands.Build(this));
        Root.Add(ConfigCommands.Build(this));
        Root.Add(WhoAmICommand.Build(this));
    }

    public RootCommand Root { get; }

    /// <summary>Runs the command.</summary>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="cancellationToken">Stops it cleanly (Ctrl-C).</param>
    public async Task<ExitCode> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var parsed = Root.Parse(arguments.Count > 0 ? arguments : ["--help"]);
        if (parsed.Errors.Count > 0 && parsed.Action is not { ClearsParseErrors: true })
        {
            return await RefuseArgumentsAsync(parsed);
        }

        var configuration = new InvocationConfiguration
        {
            Output = _host.Out,
            Error = _host.Error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        };
        return (ExitCode)await parsed.InvokeAsync(configuration, cancellationToken);
    }

    /// <summary>Says what a command does.</summary>
    public void Action(Command command, Func<CommandContext, CancellationToken, Task<ExitCode>> run) =>
        command.SetAction(async (parsed, cancellationToken) => (int)await RunAsync(parsed, run, cancellationToken));

    private async Task<ExitCode> RunAsync(
        ParseResult parsed, Func<CommandContext, CancellationToken, Task<ExitCode>> run, CancellationToken cancellationToken)
    {
        await using var context = new CommandContext(parsed, _global, _host, cancellationToken);
        try
        {
            return await run(context, context.Stopping);
        }
#pragma warning disable CA1031 // The last line of defence: whatever it is, the caller gets a message and an exit code.
        catch (Exception e)
#pragma warning restore CA1031
        {
            var report = await ErrorHints.AddAsync(ErrorReport.Of(e), e, context, cancellationToken);
            context.Notices.Error(report);
            return report.Exit;
        }
    }

    private async Task<ExitCode> RefuseArgumentsAsync(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var path = new List<string>();
        for (var result = parsed.CommandResult; result is not null; result = result.Parent as System.CommandLine.Parsing.CommandResult)
        {
            path.Insert(0, result.Command == Root ? "suite" : result.Command.Name);
        }

        await using var context = new CommandContext(parsed, _global, _host, CancellationToken.None);
        context.Notices.Error(new ErrorReport
        {
            Exit = ExitCode.Usage,
            Code = "USAGE",
            Message = string.Join(' ', parsed.Errors.Select(e => e.Message)),
            Hint = command.Subcommands.Count > 0
                ? $"one of {string.Join(", ", command.Subcommands.Select(c => c.Name))}; see '{string.Join(' ', path)} --help'."
                : $"see '{string.Join(' ', path)} --help'.",
        });
        return ExitCode.Usage;
    }
}
