using Suite.Local.Processes;

namespace Suite.Local.Packages;

/// <summary>Installs packages of the system, as root on Debian and its kin.</summary>
internal static class AptGet
{
    /// <summary>The program; null where there is none.</summary>
    public static string? Program => ChildProcess.OnPath("apt-get");

    /// <summary>Fetches the lists of packages.</summary>
    /// <exception cref="SuiteLocalException">It failed; the message ends with what apt-get said.</exception>
    public static Task UpdateAsync(Action<string> log, CancellationToken cancellationToken) => RunAsync(["update", "-q"], log, cancellationToken);

    /// <summary>Installs a package and what it cannot do without.</summary>
    /// <exception cref="SuiteLocalException">It failed; the message ends with what apt-get said.</exception>
    public static Task InstallAsync(string package, Action<string> log, CancellationToken cancellationToken) =>
        RunAsync(["install", "-y", "-q", "--no-install-recommends", package], log, cancellationToken);

    /// <summary>Fetches a package and unpacks it into a folder; nothing is installed, and nobody needs to be root for it.</summary>
    /// <exception cref="SuiteLocalException">It failed; the message ends with what was said.</exception>
    public static async Task UnpackAsync(string package, string folder, Action<string> log, CancellationToken cancellationToken)
    {
        var fetched = Directory.CreateTempSubdirectory("suite-package-").FullName;
        try
        {
            await RunAsync(Program!, ["download", "-q", package], fetched, log, cancellationToken);
            var file = Directory.GetFiles(fetched, "*.deb").SingleOrDefault()
                ?? throw new SuiteLocalException($"apt-get download {package} left no package.");
            Directory.CreateDirectory(folder);
            var dpkg = ChildProcess.OnPath("dpkg-deb") ?? throw new SuiteLocalException("dpkg-deb is missing.");
            await RunAsync(dpkg, ["-x", file, folder], fetched, log, cancellationToken);
        }
        finally
        {
            Directory.Delete(fetched, recursive: true);
        }
    }

    private static Task RunAsync(IReadOnlyList<string> arguments, Action<string> log, CancellationToken cancellationToken) =>
        RunAsync(Program!, arguments, null, log, cancellationToken);

    private static async Task RunAsync(
        string program, IReadOnlyList<string> arguments, string? folder, Action<string> log, CancellationToken cancellationToken)
    {
        List<string> output = [];
        var environment = new Dictionary<string, string?> { ["DEBIAN_FRONTEND"] = "noninteractive" };
        var start = new ChildStart(program, arguments) { Environment = environment, WorkingDirectory = folder };
        var code = await ChildProcess.RunAsync(start, Keep, cancellationToken);
        if (code != 0)
        {
            throw new SuiteLocalException(
                $"{Path.GetFileName(program)} {string.Join(' ', arguments)} failed with exit code {code}:\n" + string.Join('\n', output.TakeLast(15)));
        }

        void Keep(string line)
        {
            lock (output)
            {
                output.Add(line);
            }

            if (line.StartsWith("Setting up ", StringComparison.Ordinal))
            {
                log(line);
            }
        }
    }
}
