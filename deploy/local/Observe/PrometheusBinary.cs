using Suite.Local.Packages;
using Suite.Local.Processes;

namespace Suite.Local.Observe;

/// <summary>
/// Finds Prometheus, or gets it from the system's packages without installing it: the package would start a server of the system's own,
/// while all that is wanted is the program.
/// </summary>
public static class PrometheusBinary
{
    private const string Package = "prometheus";

    /// <summary>
    /// The program <c>prometheus</c>, or <c>promtool</c>, which lies beside it: in the folder that <c>SUITE_PROMETHEUS_BIN</c> names, on the
    /// path, or where it was unpacked before. Null when it is nowhere.
    /// </summary>
    public static string? Find(string program = "prometheus")
    {
        if (Environment.GetEnvironmentVariable("SUITE_PROMETHEUS_BIN") is { Length: > 0 } folder)
        {
            var named = Path.Combine(folder, program);
            return File.Exists(named) ? named : null;
        }

        var unpacked = Path.Combine(Unpacked, "usr", "bin", program);
        return ChildProcess.OnPath(program) ?? (File.Exists(unpacked) ? unpacked : null);
    }

    /// <summary>The program; fetched with <c>apt-get download</c> when it is not here.</summary>
    /// <exception cref="SuiteLocalException">It is not here and can not be fetched; the message says what to type.</exception>
    public static async Task<string> EnsureAsync(Action<string> log, CancellationToken cancellationToken)
    {
        if (Find() is { } there)
        {
            return there;
        }

        if (AptGet.Program is null)
        {
            throw new SuiteLocalException("Prometheus is missing: put it on the path, or name its folder in SUITE_PROMETHEUS_BIN.");
        }

        log($"fetching the package {Package} (once)");
        if (Environment.IsPrivilegedProcess)
        {
            await AptGet.UpdateAsync(log, cancellationToken);
        }

        await AptGet.UnpackAsync(Package, Unpacked, log, cancellationToken);
        return Find() ?? throw new SuiteLocalException($"The package {Package} has no program of that name; put Prometheus on the path.");
    }

    private static string Unpacked => Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify), ".cache", "suite", "prometheus");
}
