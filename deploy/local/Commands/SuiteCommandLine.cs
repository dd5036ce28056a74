using System.Diagnostics;
using Suite.Local.Processes;

namespace Suite.Local.Commands;

/// <summary>Runs the command line <c>suite</c> of this checkout against a local suite, as a person would in this terminal.</summary>
internal sealed class SuiteCommandLine(LocalSuite suite)
{
    /// <summary>Done, but some lines of an import were bad: see clients/cli/README.md.</summary>
    public const int SomeLinesBad = 3;

    /// <summary>The built program.</summary>
    /// <exception cref="SuiteLocalException">It has not been built.</exception>
    public static string Program => Checkout.Program("clients/cli", "suite");

    /// <summary>Runs a command with this process's terminal and returns its exit code.</summary>
    public async Task<int> RunAsync(params string[] arguments)
    {
        Console.WriteLine();
        Console.WriteLine("> suite " + string.Join(' ', arguments));
        using var process = Spawner.Start(Command(arguments));
        await process.WaitForExitAsync();
        return process.ExitCode;
    }

    /// <summary>Runs a command and returns what it wrote to its standard output.</summary>
    /// <exception cref="SuiteLocalException">It did not end with 0.</exception>
    public async Task<string> ReadAsync(params string[] arguments)
    {
        var command = Command(arguments);
        command.RedirectStandardOutput = true;
        using var process = Spawner.Start(command);
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? output
            : throw new SuiteLocalException($"suite {string.Join(' ', arguments)} ended with exit code {process.ExitCode}.");
    }

    private ProcessStartInfo Command(string[] arguments)
    {
        var command = new ProcessStartInfo(Checkout.DotNet, [Program, .. arguments]) { UseShellExecute = false, WorkingDirectory = Checkout.Root };
        // A token of somebody else's suite would go before the file.
        command.Environment.Remove("SUITE_TOKEN");
        foreach (var (key, value) in suite.ClientEnvironment)
        {
            command.Environment[key] = value;
        }

        return command;
    }
}
