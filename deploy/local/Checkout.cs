namespace Suite.Local;

/// <summary>The checkout this program was built in, and what was built beside it.</summary>
public static class Checkout
{
    /// <summary>The folder that holds <c>Suite.sln</c>.</summary>
    /// <exception cref="SuiteLocalException">This program does not lie in a checkout.</exception>
    public static string Root { get; } = FindRoot();

    /// <summary><c>Debug</c> or <c>Release</c>: what this program was built as, and so what it starts. <c>SUITE_CONFIGURATION</c> names another.</summary>
    public static string Configuration { get; } = Environment.GetEnvironmentVariable("SUITE_CONFIGURATION") is { Length: > 0 } named
        ? named
        : AppContext.BaseDirectory.Contains($"{Path.DirectorySeparatorChar}Release{Path.DirectorySeparatorChar}", StringComparison.Ordinal) ? "Release" : "Debug";

    /// <summary>The <c>dotnet</c> to run programs with.</summary>
    public static string DotNet { get; } = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } host && File.Exists(host)
        ? host
        : Processes.ChildProcess.OnPath("dotnet") ?? "dotnet";

    /// <summary>The built program <paramref name="assembly"/> of the project in <paramref name="folder"/> (relative to the root).</summary>
    /// <exception cref="SuiteLocalException">It has not been built.</exception>
    public static string Program(string folder, string assembly)
    {
        var path = Path.Combine(Root, folder, "bin", Configuration, "net10.0", assembly + ".dll");
        return File.Exists(path)
            ? path
            : throw new SuiteLocalException($"{Path.GetRelativePath(Root, path)} is missing. Build it:  dotnet build -c {Configuration} {folder}");
    }

    private static string FindRoot()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "Suite.sln")))
            {
                return directory.FullName;
            }
        }

        throw new SuiteLocalException($"No Suite.sln above {AppContext.BaseDirectory}: the launcher works inside a checkout.");
    }
}
