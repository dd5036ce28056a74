namespace Suite.Local;

/// <summary>Keeps what processes print: one file each, the previous one beside it once it has grown.</summary>
internal sealed class LogFiles(string folder) : IDisposable
{
    private const long LargestBytes = 20 * 1024 * 1024;

    private readonly Dictionary<string, StreamWriter> _open = [];

    public void Write(string name, string line)
    {
        lock (_open)
        {
            if (!_open.TryGetValue(name, out var writer) || writer.BaseStream.Length > LargestBytes)
            {
                writer?.Dispose();
                writer = _open[name] = Open(name);
            }

            writer.WriteLine(line);
        }
    }

    public void Dispose()
    {
        lock (_open)
        {
            foreach (var writer in _open.Values)
            {
                writer.Dispose();
            }

            _open.Clear();
        }
    }

    private StreamWriter Open(string name)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, name + ".log");
        if (File.Exists(path) && new FileInfo(path).Length > LargestBytes)
        {
            File.Move(path, path + ".1", overwrite: true);
        }

        return new StreamWriter(new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete)) { AutoFlush = true };
    }
}
