using System.Diagnostics;
using Suite.Local.Processes;

namespace Suite.Local.Commands;

/// <summary>Runs the command line <c>suite</c> of this checkout against a local suite, as a person would in this terminal.</summary>
/// <param name="suite">The suite.</param>
/// <param name="profiles">
/// The profile file, for somebody who signs in; null for the administrator, whose key is in the environment.
/// </param>
internal sealed class SuiteCommandLine(LocalSuite suite, string? profiles = null)
{
    /// <summary>Done, but some lines of an import were bad: see clients/cli/README.md.</summary>
    public const int SomeLinesBad = 3;

    /// <summary>The built program.</summary>
    /// <exception cref="SuiteLocalException">It has not been built.</exception>
    public static string Program => Checkout.Program("clients/cli", "suite");

    /// <summary>Runs a command with this process's terminal and returns its exit code.</summary>
    public Task<int> RunAsync(params string[] arguments) => TypeAsync(null, arguments);

    /// <summary>Runs a command that finds <paramref name="input"/> on its standard input.</summary>
    public async Task<int> TypeAsync(string? input, params string[] arguments)
    {
        Console.WriteLine();
        Console.WriteLine("> suite " + string.Join(' ', arguments));
        using var process = await StartAsync(Command(arguments), input);
        await process.WaitForExitAsync();
        return process.ExitCode;
    }

    /// <summary>Runs a command and returns what it wrote to its standard output.</summary>
    /// <exception cref="SuiteLocalException">It did not end with 0.</exception>
    public Task<string> ReadAsync(params string[] arguments) => TypeAndReadAsync(null, arguments);

    /// <summary>Runs a command that finds <paramref name="input"/> on its standard input, and returns what it wrote to its standard output.</summary>
    /// <exception cref="SuiteLocalException">It did not end with 0.</exception>
    public async Task<string> TypeAndReadAsync(string? input, params string[] arguments)
    {
        var command = Command(arguments);
        command.RedirectStandardOutput = true;
        using var process = await StartAsync(command, input);
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? output
            : throw new SuiteLocalException($"suite {string.Join(' ', arguments)} ended with exit code {process.ExitCode}.");
    }

    private static async Task<Process> StartAsync(ProcessStartInfo command, string? input)
    {
        command.RedirectStandardInput = input is not null;
        var process = Spawner.Start(command);
        if (input is not null)
        {
            await process.StandardInput.WriteLineAsync(input);
            process.StandardInput.Close();
        }

        return process;
    }

    private ProcessStartInfo Command(string[] arguments)
    {
        var command = new ProcessStartInfo(Checkout.DotNet, [Program, .. arguments]) { UseShellExecute = false, WorkingDirectory = Checkout.Root };
        // What somebody set for a suite of their own would go first.
        foreach (var key in (string[])["SUITE_TOKEN", "SUITE_PROFILE"])
        {
            command.Environment.Remove(key);
        }

        foreach (var (key, value) in suite.ClientEnvironment)
        {
            command.Environment[key] = value;
        }

        if (profiles is not null)
        {
            command.Environment.Remove("SUITE_TOKEN_FILE");
            command.Environment["SUITE_CONFIG"] = profiles;
        }

        return command;
    }
}
