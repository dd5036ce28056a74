using System.Globalization;
using System.Text;

namespace Suite.Local.Processes;

/// <summary>What Linux tells about processes in <c>/proc</c>. Elsewhere every question is answered with "unknown".</summary>
internal static class ProcFs
{
    /// <summary>Whether there is a <c>/proc</c> to ask.</summary>
    public static bool Exists { get; } = OperatingSystem.IsLinux() && Directory.Exists("/proc/self");

    /// <summary>
    /// When the process started, in clock ticks since boot: with the id it names one process and no later one. Null when there
    /// is no such process or it is a zombie, which holds nothing any more.
    /// </summary>
    public static long? StartTime(int pid)
    {
        var text = Read($"/proc/{pid}/stat");
        if (text is null)
        {
            return null;
        }

        // The command name stands in parentheses and may itself contain some; the fields after it start with the state.
        var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        return fields[0] is "Z" or "X" ? null : long.Parse(fields[19], CultureInfo.InvariantCulture);
    }

    /// <summary>The command line, arguments joined by blanks; null when unknown.</summary>
    public static string? CommandLine(int pid)
    {
        var text = Read($"/proc/{pid}/cmdline")?.Replace('\0', ' ').Trim();
        return string.IsNullOrEmpty(text) ? Name(pid) : text;
    }

    /// <summary>The working directory; null when unknown.</summary>
    public static string? WorkingDirectory(int pid)
    {
        try
        {
            return File.ResolveLinkTarget($"/proc/{pid}/cwd", returnFinalTarget: false)?.FullName;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Every process of the machine that this one may see.</summary>
    public static IEnumerable<int> All()
    {
        if (!Exists)
        {
            yield break;
        }

        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out var pid))
            {
                yield return pid;
            }
        }
    }

    /// <summary>
    /// The living processes of the programs <paramref name="names"/> that have <paramref name="directory"/> as their working directory; not the
    /// shell of somebody who is looking around there.
    /// </summary>
    public static IReadOnlyList<int> In(string directory, params string[] names)
    {
        var wanted = Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory));
        return [.. All().Where(pid => WorkingDirectory(pid) == wanted && names.Contains(Name(pid)) && StartTime(pid) is not null)];
    }

    private static string? Name(int pid) => Read($"/proc/{pid}/comm")?.Trim();

    private static string? Read(string path)
    {
        try
        {
            return File.ReadAllText(path, Encoding.UTF8);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
