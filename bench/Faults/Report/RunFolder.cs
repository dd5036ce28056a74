using System.Globalization;
using Suite.Local;

namespace Suite.Faults.Report;

/// <summary>Where a run leaves what it found: <c>artifacts/faults/SEED</c>.</summary>
internal sealed class RunFolder
{
    private readonly string _path;

    private RunFolder(string path) => _path = path;

    public string HistoryFile => Path.Combine(_path, "history.ndjson");

    public string ReportFile => Path.Combine(_path, "report.md");

    public string JsonFile => Path.Combine(_path, "report.json");

    /// <summary>Makes it, empty.</summary>
    public static RunFolder Make(long seed)
    {
        var path = Path.Combine(Checkout.Root, "artifacts", "faults", seed.ToString(CultureInfo.InvariantCulture));
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }

        return new RunFolder(Directory.CreateDirectory(path).FullName);
    }

    /// <summary>Copies what servers and services printed.</summary>
    /// <param name="data">The folder of the run's data, which goes.</param>
    public void KeepLogs(string data)
    {
        var logs = Directory.CreateDirectory(Path.Combine(_path, "logs")).FullName;
        foreach (var file in Directory.GetFiles(Path.Combine(data, "logs")))
        {
            File.Copy(file, Path.Combine(logs, Path.GetFileName(file)), overwrite: true);
        }
    }
}
