using System.Diagnostics;
using NUnit.Framework;

namespace Suite.Tests.Architecture;

/// <summary>The repository as git knows it: paths with slashes, relative to its root.</summary>
internal static class Repository
{
    private static readonly Lazy<string[]> Tracked = new(ReadTracked);

    public static string Root { get; } = FindRoot();

    /// <summary>Every file that is tracked or would be by <c>git add</c>.</summary>
    public static IReadOnlyList<string> Files => Tracked.Value;

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    public static IEnumerable<string> Under(string folder, string extension) =>
        Files.Where(f => f.StartsWith(folder, StringComparison.Ordinal) && f.EndsWith(extension, StringComparison.Ordinal));

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(TestContext.CurrentContext.TestDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Suite.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("The tests run outside the repository.");
    }

    private static string[] ReadTracked()
    {
        using var git = Process.Start(new ProcessStartInfo("git", ["ls-files", "--cached", "--others", "--exclude-standard", "-z"])
        {
            WorkingDirectory = Root,
            RedirectStandardOutput = true,
        })!;
        var output = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        Assert.That(git.ExitCode, Is.Zero, "git ls-files failed: is this a clone?");
        var files = output.Split('\0', StringSplitOptions.RemoveEmptyEntries).Where(f => File.Exists(Path.Combine(Root, f))).ToArray();
        Assert.That(files, Is.Not.Empty);
        return files;
    }
}
