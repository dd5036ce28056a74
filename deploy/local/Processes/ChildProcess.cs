using System.Diagnostics;

namespace Suite.Local.Processes;

/// <summary>How to start a <see cref="ChildProcess"/>.</summary>
internal sealed record ChildStart(string FileName, IReadOnlyList<string> Arguments)
{
    /// <summary>Added to the environment this process has; a null value removes.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    public string? WorkingDirectory { get; init; }

    /// <summary>Run as this user, when this process is root.</summary>
    public string? User { get; init; }

    /// <summary>Opened as file descriptor 9 before the user changes: a way into a directory whose parents that user may not enter.</summary>
    public string? DirectoryHandle { get; init; }

    /// <summary>What the kernel sends the child when this process dies, whatever the way.</summary>
    public string DeathSignal { get; init; } = "KILL";

    /// <summary>Where to write the process id while it runs; null for nowhere.</summary>
    public string? PidFile { get; init; }
}

/// <summary>
/// A process of ours: in a session of its own, so that Ctrl-C in the terminal reaches the launcher alone and the launcher
/// decides the order; killed by the kernel when the launcher dies; its output handed on line by line.
/// </summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private static readonly string? s_setsid = OnPath("setsid");
    private static readonly string? s_setpriv = OnPath("setpriv");

    private readonly Process _process;
    private readonly string? _pidFile;
    private readonly TaskCompletionSource<int> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ChildProcess(Process process, string? pidFile)
    {
        _process = process;
        _pidFile = pidFile;
        Id = process.Id;
    }

    public int Id { get; }

    /// <summary>Completes with the exit code (128 and the signal's number when killed) after the last line of output.</summary>
    public Task<int> Exited => _exited.Task;

    public bool HasExited => _exited.Task.IsCompleted;

    public static ChildProcess Start(ChildStart start, Action<string> output)
    {
        var command = Command(start);
        var info = new ProcessStartInfo(command[0], command.Skip(1))
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = start.WorkingDirectory ?? "/",
        };
        foreach (var (key, value) in start.Environment)
        {
            info.Environment[key] = value;
        }

        var process = Spawner.Start(info);
        process.StandardInput.Close();
        var child = new ChildProcess(process, start.PidFile);
        if (start.PidFile is not null)
        {
            Processes.PidFile.Write(start.PidFile, process.Id);
        }

        _ = child.WatchAsync(output);
        return child;
    }

    /// <summary>Runs to its end and returns the exit code; the process is killed when <paramref name="cancellationToken"/> fires.</summary>
    public static async Task<int> RunAsync(ChildStart start, Action<string> output, CancellationToken cancellationToken)
    {
        await using var child = Start(start, output);
        return await child.Exited.WaitAsync(cancellationToken);
    }

    public void Signal(int signal)
    {
        if (!HasExited)
        {
            Signals.Send(Id, signal);
        }
    }

    /// <summary>SIGKILL, and waits until it is gone.</summary>
    public async Task KillAsync()
    {
        Signal(Signals.Kill);
        await Exited;
    }

    /// <summary>Asks by <paramref name="signal"/> and waits; kills it after <paramref name="patience"/>. True when it went by itself.</summary>
    public async Task<bool> StopAsync(int signal, TimeSpan patience)
    {
        Signal(signal);
        try
        {
            await Exited.WaitAsync(patience);
            return true;
        }
        catch (TimeoutException)
        {
            await KillAsync();
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
    }

    /// <summary>The full path of a command, or null.</summary>
    public static string? OnPath(string command) =>
        (Environment.GetEnvironmentVariable("PATH") ?? string.Empty)
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Append("/usr/sbin")
            .Select(directory => Path.Combine(directory, command))
            .FirstOrDefault(File.Exists);

    private static List<string> Command(ChildStart start)
    {
        List<string> command = [];
        if (start.DirectoryHandle is not null)
        {
            command.AddRange(["/bin/sh", "-c", "exec 9<\"$0\"; exec \"$@\"", start.DirectoryHandle]);
        }

        if (s_setsid is not null)
        {
            command.Add(s_setsid);
        }

        var user = Environment.IsPrivilegedProcess ? start.User : null;
        if (s_setpriv is not null)
        {
            command.Add(s_setpriv);
            if (user is not null)
            {
                command.AddRange(["--reuid", user, "--regid", user, "--init-groups"]);
            }

            command.AddRange(["--pdeathsig", start.DeathSignal, "--"]);
        }
        else if (user is not null)
        {
            throw new SuiteLocalException("setpriv is missing (package util-linux): without it nothing can be started as another user.");
        }

        command.Add(start.FileName);
        command.AddRange(start.Arguments);
        return command;
    }

    private async Task WatchAsync(Action<string> output)
    {
        await Task.WhenAll(PumpAsync(_process.StandardOutput, output), PumpAsync(_process.StandardError, output), _process.WaitForExitAsync());
        if (_pidFile is not null)
        {
            Processes.PidFile.Delete(_pidFile);
        }

        _exited.SetResult(_process.ExitCode);
    }

    private async Task PumpAsync(StreamReader from, Action<string> output)
    {
        // A grandchild may hold the pipe open after the child is gone; it is not waited for longer than a moment.
        var exited = _process.WaitForExitAsync();
        while (true)
        {
            var line = from.ReadLineAsync();
            if (await Task.WhenAny(line, exited) != line && await Task.WhenAny(line, Task.Delay(500)) != line)
            {
                return;
            }

            if (await line is not { } text)
            {
                return;
            }

            output(text);
        }
    }
}
