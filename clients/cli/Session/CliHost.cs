using Spectre.Console;
using Suite.Client;

namespace Suite.Cli.Session;

/// <summary>What a run of the command meets outside itself. A process has one; tests make their own.</summary>
internal sealed record CliHost
{
    // Wide enough that nothing wraps.
    private const int NoWrapWidth = 4000;

    /// <summary>Standard output: data alone.</summary>
    public required TextWriter Out { get; init; }

    /// <summary>Standard error: everything else.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>Opens standard input.</summary>
    public required Func<Stream> OpenInput { get; init; }

    /// <summary>Whether standard input is a terminal, so that somebody can be asked.</summary>
    public required bool InputIsTerminal { get; init; }

    public required bool OutIsTerminal { get; init; }

    public required bool ErrorIsTerminal { get; init; }

    /// <summary>Reads an environment variable.</summary>
    public required Func<string, string?> Environment { get; init; }

    /// <summary>Makes the client; tests put a fake suite behind it.</summary>
    public Func<SuiteClientOptions, SuiteClient> CreateClient { get; init; } = options => new SuiteClient(options);

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The host of a real process.</summary>
    public static CliHost ForProcess() => new()
    {
        Out = Console.Out,
        Error = Console.Error,
        OpenInput = Console.OpenStandardInput,
        InputIsTerminal = !Console.IsInputRedirected,
        OutIsTerminal = !Console.IsOutputRedirected,
        ErrorIsTerminal = !Console.IsErrorRedirected,
        Environment = System.Environment.GetEnvironmentVariable,
    };

    /// <summary>A console that draws on <paramref name="writer"/>.</summary>
    /// <param name="writer">Where to draw.</param>
    /// <param name="terminal">Whether that is a terminal.</param>
    /// <param name="color">Whether colors are welcome there.</param>
    /// <param name="wide">True to never wrap, so that names can be copied and searched whole.</param>
    public static IAnsiConsole Draw(TextWriter writer, bool terminal, bool color, bool wide)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = terminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = terminal && color ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = terminal ? InteractionSupport.Detect : InteractionSupport.No,
            Out = new AnsiConsoleOutput(writer),
        });
        if (wide)
        {
            console.Profile.Width = NoWrapWidth;
        }

        return console;
    }
}
