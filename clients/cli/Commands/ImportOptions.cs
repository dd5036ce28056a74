using System.CommandLine;
using Suite.Cli.Import;
using Suite.Cli.Session;
using Suite.Client;

namespace Suite.Cli.Commands;

/// <summary>What all imports are told.</summary>
internal sealed class ImportOptions
{
    private readonly Argument<string> _file = new("FILE")
    {
        Description = "The file: .csv, or .ndjson/.jsonl; '-' for standard input.",
    };

    private readonly Option<InputFormat?> _format = new("--format")
    {
        Description = "How the file is written, when its name does not say.",
        HelpName = "csv|ndjson",
    };

    public void AddTo(Command command)
    {
        command.Add(_file);
        command.Add(_format);
    }

    /// <exception cref="InputFileException">There is no such file.</exception>
    public InputFile File(CommandContext context) =>
        InputFile.Find(context.Parsed.GetRequiredValue(_file), context.Parsed.GetValue(_format), context.Host.OpenInput);

    /// <summary>Runs an import with its progress. When it is cut short, says how far it came before the error is shown.</summary>
    public static async Task RunAsync<T>(
        CommandContext context, InputFile file, string unit, ImportReport<T> report, Func<Action, Task> work, CancellationToken cancellationToken)
    {
        var progress = new ImportProgress(context.Notices, context.Host.Time);
        try
        {
            await progress.RunAsync(file.Name, unit, await file.EstimateRecordsAsync(cancellationToken), work);
        }
        catch (Exception e) when (e is SuiteException or OperationCanceledException)
        {
            context.Notices.Info($"{file.Name}: {report.Lines} lines were answered for; the same command goes on where this one stopped.");
            throw;
        }
    }
}
