using Suite.Local.Processes;

namespace Suite.Local.Packages;

/// <summary>
/// Programs out of a package of the system that is not installed: its installation would start a server of the system's own, while all
/// that is wanted are the programs. They are unpacked once, into the user's cache.
/// </summary>
/// <param name="package">The package.</param>
/// <param name="variable">The environment variable that names a folder with the programs instead.</param>
public sealed class UnpackedPackage(string package, string variable)
{
    /// <summary>Prometheus and <c>promtool</c>.</summary>
    public static UnpackedPackage Prometheus { get; } = new("prometheus", "SUITE_PROMETHEUS_BIN");

    /// <summary>Alertmanager's <c>amtool</c>.</summary>
    public static UnpackedPackage Alertmanager { get; } = new("prometheus-alertmanager", "SUITE_ALERTMANAGER_BIN");

    private string Folder => Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify), ".cache", "suite", package);

    /// <summary>A program: in the folder that the variable names, on the path, or where it was unpacked before. Null when it is nowhere.</summary>
    public string? Find(string program)
    {
        if (Environment.GetEnvironmentVariable(variable) is { Length: > 0 } folder)
        {
            var named = Path.Combine(folder, program);
            return File.Exists(named) ? named : null;
        }

        var unpacked = Path.Combine(Folder, "usr", "bin", program);
        return ChildProcess.OnPath(program) ?? (File.Exists(unpacked) ? unpacked : null);
    }

    /// <summary>A program, whose package is fetched when it is not here.</summary>
    /// <exception cref="SuiteLocalException">It is not here and can not be fetched; the message says what to do.</exception>
    public async Task<string> EnsureAsync(string program, Action<string> log, CancellationToken cancellationToken)
    {
        if (Find(program) is { } there)
        {
            return there;
        }

        if (AptGet.Program is null)
        {
            throw new SuiteLocalException($"{program} is missing: put it on the path, or name its folder in {variable}.");
        }

        log($"fetching the package {package} (once)");
        if (Environment.IsPrivilegedProcess)
        {
            await AptGet.UpdateAsync(log, cancellationToken);
        }

        await AptGet.UnpackAsync(package, Folder, log, cancellationToken);
        return Find(program) ?? throw new SuiteLocalException($"The package {package} has no program {program}; put it on the path.");
    }
}
