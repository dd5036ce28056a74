using System.Globalization;
using Suite.Local.Processes;

namespace Suite.Local.Postgres;

/// <summary>Where the system's packages keep one major version of PostgreSQL's programs.</summary>
internal sealed record PostgresBinaries(string Directory, int Major)
{
    /// <summary>The oldest version Suite runs on.</summary>
    public const int OldestMajor = 14;

    public string Initdb => Path.Combine(Directory, "initdb");

    public string Server => Path.Combine(Directory, "postgres");

    /// <summary>
    /// The programs to use: those of <paramref name="major"/> when the data is of that version, else the newest; null when there are
    /// none. <c>SUITE_POSTGRES_BIN</c> names a folder to use instead of those that packages use.
    /// </summary>
    public static PostgresBinaries? Find(int? major = null) => Candidates()
        .Where(candidate => File.Exists(candidate.Server) && File.Exists(candidate.Initdb))
        .Where(candidate => major is null ? candidate.Major >= OldestMajor : candidate.Major == major)
        .MaxBy(candidate => candidate.Major);

    private static IEnumerable<PostgresBinaries> Candidates()
    {
        if (Environment.GetEnvironmentVariable("SUITE_POSTGRES_BIN") is { Length: > 0 } named)
        {
            return [Of(named)];
        }

        var found = Folders("/usr/lib/postgresql", "*")
            .Concat(Folders("/usr", "pgsql-*"))
            .Concat(Folders("/opt/homebrew/opt", "postgresql@*"))
            .Select(folder => Path.Combine(folder, "bin"));
        if (ChildProcess.OnPath("initdb") is { } onPath)
        {
            found = found.Append(Path.GetDirectoryName(onPath)!);
        }

        return found.Select(Of);
    }

    private static IEnumerable<string> Folders(string parent, string pattern) =>
        System.IO.Directory.Exists(parent) ? System.IO.Directory.EnumerateDirectories(parent, pattern) : [];

    private static PostgresBinaries Of(string directory) => new(directory, MajorOf(directory));

    private static int MajorOf(string directory)
    {
        var folder = Path.GetFileName(Path.GetDirectoryName(directory)) ?? string.Empty;
        var digits = new string([.. folder.Where(char.IsAsciiDigit)]);
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var major) ? major : Ask(directory);
    }

    private static int Ask(string directory)
    {
        var server = Path.Combine(directory, "postgres");
        if (!File.Exists(server))
        {
            return 0;
        }

        // "postgres (PostgreSQL) 16.2"
        var answer = string.Empty;
        ChildProcess.RunAsync(new ChildStart(server, ["--version"]), line => answer += line, CancellationToken.None).GetAwaiter().GetResult();
        var digits = new string([.. answer.SkipWhile(c => !char.IsAsciiDigit(c)).TakeWhile(char.IsAsciiDigit)]);
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var major) ? major : 0;
    }
}
