using System.Globalization;
using Suite.Local.Keys;
using Suite.Local.Processes;

namespace Suite.Local.Folders;

/// <summary>
/// A folder for servers that live as long as one process, such as a run of tests. Where the machine has memory to spare it lies in memory:
/// what is in it need not outlive the machine, and servers that share a disk wait for one another's writes.
/// </summary>
public static class ScratchFolder
{
    private const string Memory = "/dev/shm";

    /// <summary>How much memory has to be free: several times what the servers of a whole run of tests have been seen to keep.</summary>
    private const long Enough = 6L << 30;

    /// <summary>
    /// Makes a new, empty folder that only this user can read. Whoever asks for it removes it; what processes that were killed have left of
    /// the same <paramref name="purpose"/> is removed here.
    /// </summary>
    /// <param name="purpose">A word for the folder's name, such as <c>e2e</c>.</param>
    /// <returns>Its full path.</returns>
    public static string Create(string purpose)
    {
        var parent = HasRoom() ? Memory : Path.GetTempPath();
        var mine = $"suite-{purpose}-";
        if (ProcFs.Exists)
        {
            RemoveLeftovers(parent, mine);
        }

        var self = Environment.ProcessId;
        var folder = Path.Combine(parent, string.Create(CultureInfo.InvariantCulture, $"{mine}{self}-{ProcFs.StartTime(self) ?? 0}-{Guid.NewGuid():N}"));
        OwnerFile.MakeFolder(folder);
        return folder;
    }

    private static bool HasRoom()
    {
        try
        {
            return Directory.Exists(Memory)
                && new DriveInfo(Memory).AvailableFreeSpace > Enough
                && GC.GetGCMemoryInfo() is var memory
                && memory.TotalAvailableMemoryBytes - memory.MemoryLoadBytes > Enough;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static void RemoveLeftovers(string parent, string mine)
    {
        foreach (var folder in Directory.EnumerateDirectories(parent, mine + "*"))
        {
            var name = Path.GetFileName(folder)[mine.Length..].Split('-');
            if (name.Length == 3
                && int.TryParse(name[0], NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
                && long.TryParse(name[1], NumberStyles.None, CultureInfo.InvariantCulture, out var started)
                && ProcFs.StartTime(pid) != started)
            {
                try
                {
                    Directory.Delete(folder, recursive: true);
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    // Another user's, or somebody else is removing it.
                }
            }
        }
    }
}
