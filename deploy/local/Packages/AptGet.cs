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

    private static async Task RunAsync(IReadOnlyList<string> arguments, Action<string> log, CancellationToken cancellationToken)
    {
        List<string> output = [];
        var environment = new Dictionary<string, string?> { ["DEBIAN_FRONTEND"] = "noninteractive" };
        var code = await ChildProcess.RunAsync(new ChildStart(Program!, arguments) { Environment = environment }, Keep, cancellationToken);
        if (code != 0)
        {
            throw new SuiteLocalException(
                $"apt-get {string.Join(' ', arguments)} failed with exit code {code}:\n" + string.Join('\n', output.TakeLast(15)));
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
