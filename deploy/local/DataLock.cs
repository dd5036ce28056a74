using Suite.Local.Processes;

namespace Suite.Local;

/// <summary>
/// Holds a data folder for one launcher. It is a lock of the kernel on an open file, so that it is gone with the process, whatever
/// the way; the file that stays behind means nothing.
/// </summary>
internal sealed class DataLock : IDisposable
{
    private readonly FileStream _file;
    private readonly string _pidFile;

    private DataLock(FileStream file, string pidFile)
    {
        _file = file;
        _pidFile = pidFile;
    }

    /// <summary>The name of the lock in the folder.</summary>
    public const string FileName = "lock";

    /// <exception cref="SuiteLocalException">Another launcher holds the folder; the message names it.</exception>
    public static DataLock Take(string folder)
    {
        Directory.CreateDirectory(folder);
        var pidFile = Path.Combine(folder, "launcher.pid");
        try
        {
            var file = new FileStream(Path.Combine(folder, FileName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            PidFile.Write(pidFile, Environment.ProcessId);
            return new DataLock(file, pidFile);
        }
        catch (IOException)
        {
            var holder = PidFile.Alive(pidFile) is { } pid ? $"process {pid}: {ProcFs.CommandLine(pid)}" : "another launcher";
            throw new SuiteLocalException(
                $"{folder} is in use by {holder}.\nStop it first, or work in another checkout with --port-offset N.");
        }
    }

    public void Dispose()
    {
        File.Delete(_pidFile);
        _file.Dispose();
    }
}
