using System.Globalization;
using Suite.Local.Processes;

namespace Suite.Local.Postgres;

/// <summary>
/// The folder of one private server: <c>data</c> and <c>password</c>. When this process is root, the server runs as an unprivileged user,
/// who owns <c>data</c> but may not be able to enter the folders above it; therefore the server is given the folder as an open
/// file descriptor and knows it by no other name.
/// </summary>
internal sealed class PostgresData
{
    /// <summary>The data folder, as the server sees it.</summary>
    public const string Handle = "/proc/self/fd/9";

    private PostgresData(string folder, PostgresBinaries binaries, string password)
    {
        Folder = folder;
        Binaries = binaries;
        Password = password;
    }

    public string Folder { get; }

    public PostgresBinaries Binaries { get; }

    public string Password { get; }

    private string Data => Path.Combine(Folder, "data");

    private static string? User => Environment.IsPrivilegedProcess ? "postgres" : null;

    public static async Task<PostgresData> OpenAsync(string folder, Action<string> log, CancellationToken cancellationToken)
    {
        folder = Path.GetFullPath(folder);
        Directory.CreateDirectory(folder);
        var data = new PostgresData(folder, BinariesFor(folder), await PasswordFile.ReadOrCreateAsync(Path.Combine(folder, "password"), cancellationToken));
        await EndLeftoversAsync(data.Data, log, cancellationToken);
        if (!File.Exists(Path.Combine(data.Data, "PG_VERSION")) || File.Exists(data.Unfinished))
        {
            await data.InitializeAsync(log, cancellationToken);
        }

        return data;
    }

    /// <summary>A start that opens the data folder for the program before it gives up root.</summary>
    public ChildStart Command(string program, IReadOnlyList<string> arguments) => OperatingSystem.IsLinux()
        ? new ChildStart(program, arguments)
        {
            DirectoryHandle = Data,
            User = User,
            Environment = new Dictionary<string, string?> { ["LC_ALL"] = "C.UTF-8", ["PGDATA"] = null },
        }
        : new ChildStart(program, [.. arguments.Select(argument => argument == Handle ? Data : argument)]);

    /// <summary>Ends whatever process still works on this data: its working directory gives it away, with or without a pid file.</summary>
    public static async Task EndLeftoversAsync(string data, Action<string> log, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(data))
        {
            return;
        }

        var deadline = DateTime.UtcNow + TimeSpan.FromSeconds(10);
        var signal = Signals.Quit;
        for (var first = true; ProcFs.In(data, "postgres", "initdb") is { Count: > 0 } leftovers; first = false)
        {
            if (first)
            {
                log($"ending PostgreSQL process {leftovers[0]}, left behind by an earlier run");
            }

            foreach (var pid in first || signal == Signals.Kill ? leftovers : [])
            {
                Signals.Send(pid, signal);
            }

            await Task.Delay(30, cancellationToken);
            signal = DateTime.UtcNow > deadline ? Signals.Kill : signal;
        }

        // Nobody is on this data any more. A pid file that stayed would keep the server from starting if its number belonged
        // to some other process of that user by now.
        if (ProcFs.Exists)
        {
            File.Delete(Path.Combine(data, "postmaster.pid"));
        }
    }

    private string Unfinished => Path.Combine(Folder, "unfinished");

    private static PostgresBinaries BinariesFor(string folder)
    {
        var versionFile = Path.Combine(folder, "data", "PG_VERSION");
        if (!File.Exists(versionFile))
        {
            return PostgresBinaries.Find()!;
        }

        var major = int.Parse(File.ReadAllText(versionFile).Trim(), CultureInfo.InvariantCulture);
        return PostgresBinaries.Find(major) ?? throw new SuiteLocalException(
            $"The data in {folder} is of PostgreSQL {major}, whose programs are not on this machine. Install postgresql-{major}, or remove the folder to start afresh.");
    }

    private async Task InitializeAsync(Action<string> log, CancellationToken cancellationToken)
    {
        // The mark stays until initdb is done, so that one interrupted half-way is begun anew and never mistaken for data.
        await File.WriteAllTextAsync(Unfinished, string.Empty, cancellationToken);
        if (Directory.Exists(Data))
        {
            Directory.Delete(Data, recursive: true);
        }

        Directory.CreateDirectory(Data);
        var passwordFile = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(passwordFile, Password, cancellationToken);
            await GiveToUserAsync(cancellationToken, passwordFile, Data);
            List<string> output = [];
            var code = await ChildProcess.RunAsync(
                Command(Binaries.Initdb, [
                    "-D", Handle, "--username=suite", "--encoding=UTF8", OperatingSystem.IsLinux() ? "--locale=C.UTF-8" : "--locale=en_US.UTF-8", "--auth=scram-sha-256", $"--pwfile={passwordFile}"
                ]),
                output.Add,
                cancellationToken);
            if (code != 0)
            {
                throw new SuiteLocalException($"initdb failed with exit code {code} on {Data}:\n  " + string.Join("\n  ", output.TakeLast(10)));
            }
        }
        finally
        {
            File.Delete(passwordFile);
        }

        File.Delete(Unfinished);
        log($"made a new PostgreSQL {Binaries.Major} cluster in {Folder}");
    }

    private static async Task GiveToUserAsync(CancellationToken cancellationToken, params string[] paths)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(paths[^1], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        if (User is not { } user)
        {
            return;
        }

        List<string> output = [];
        var code = await ChildProcess.RunAsync(new ChildStart("chown", [user, .. paths]), output.Add, cancellationToken);
        if (code != 0)
        {
            throw new SuiteLocalException($"The data folder cannot be given to the user '{user}': " + string.Join(' ', output));
        }
    }
}
