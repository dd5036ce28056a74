using System.Diagnostics;
using System.Globalization;

namespace Suite.Local.Processes;

/// <summary>
/// A file that names a process started by us, with its start time, so that what an earlier launcher left behind when it was
/// killed is found and ended, and no stranger that has come by the same id is.
/// </summary>
internal static class PidFile
{
    public static void Write(string path, int pid)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, string.Create(CultureInfo.InvariantCulture, $"{pid} {ProcFs.StartTime(pid) ?? 0}\n"));
    }

    public static void Delete(string path)
    {
        if (File.Exists(path))
        {
            File.Delete(path);
        }
    }

    /// <summary>The process the file names, if it still is that process.</summary>
    public static int? Alive(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        var fields = File.ReadAllText(path).Split(' ', StringSplitOptions.TrimEntries);
        return fields.Length == 2
            && int.TryParse(fields[0], NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
            && long.TryParse(fields[1], NumberStyles.None, CultureInfo.InvariantCulture, out var started)
            && ProcFs.StartTime(pid) == started
                ? pid
                : null;
    }

    /// <summary>Ends the process the file names: asks with <paramref name="signal"/>, then kills when it takes longer than <paramref name="patience"/>.</summary>
    public static async Task EndLeftoverAsync(string path, int signal, TimeSpan patience, Action<string> log, CancellationToken cancellationToken)
    {
        if (Alive(path) is { } pid)
        {
            log($"ending process {pid} ({Path.GetFileNameWithoutExtension(path)}), left behind by an earlier run");
            Signals.Send(pid, signal);
            var waited = Stopwatch.StartNew();
            while (Alive(path) is not null)
            {
                if (waited.Elapsed > patience)
                {
                    Signals.Send(pid, Signals.Kill);
                }

                await Task.Delay(20, cancellationToken);
            }
        }

        Delete(path);
    }
}
