namespace Suite.Local.Keys;

/// <summary>Files and folders that nobody but their owner may read (modes 600 and 700; on Windows, what the folder above allows).</summary>
internal static class OwnerFile
{
    /// <summary>Writes the whole file or, when it is interrupted, nothing. What is there is replaced.</summary>
    public static void Write(string path, string text)
    {
        var unfinished = $"{path}.{Guid.NewGuid():N}";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        try
        {
            using (var stream = new StreamWriter(unfinished, options))
            {
                stream.Write(text);
            }

            File.Move(unfinished, path, overwrite: true);
        }
        catch
        {
            File.Delete(unfinished);
            throw;
        }
    }

    /// <summary>Makes a folder that only its owner may enter, and closes one that is there already to everybody else.</summary>
    public static void MakeFolder(string path)
    {
        Directory.CreateDirectory(path);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }
}
