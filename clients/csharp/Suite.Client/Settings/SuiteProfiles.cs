using System.Text.Json;

namespace Suite.Client;

/// <summary>
/// The profile file, which this library shares with the <c>suite</c> command: named settings, one of them current. It may hold
/// tokens, so it is written readable for its owner only (mode 600), and in one step, so that no reader sees half of it.
/// </summary>
public sealed class SuiteProfiles
{
    /// <summary>The name of the profile that is current unless another was chosen.</summary>
    public const string DefaultName = "default";

    private readonly SortedDictionary<string, SuiteProfile> _profiles;

    private SuiteProfiles(string path, string current, IEnumerable<KeyValuePair<string, SuiteProfile>> profiles)
    {
        Path = path;
        Current = current;
        _profiles = new SortedDictionary<string, SuiteProfile>(profiles.ToDictionary(), StringComparer.Ordinal);
    }

    /// <summary>
    /// Where the file is unless told otherwise: <c>SUITE_CONFIG</c>, else <c>suite/config.json</c> in the user's configuration folder
    /// (<c>~/.config</c> or <c>XDG_CONFIG_HOME</c>; <c>%APPDATA%</c> on Windows).
    /// </summary>
    public static string DefaultPath => Environment.GetEnvironmentVariable("SUITE_CONFIG") is { Length: > 0 } path
        ? path
        : System.IO.Path.Combine(
            Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData, Environment.SpecialFolderOption.DoNotVerify), "suite", "config.json");

    /// <summary>Where this file is, or will be.</summary>
    public string Path { get; }

    /// <summary>The name of the current profile. It need not exist: then it is empty.</summary>
    public string Current { get; private set; }

    /// <summary>The names of all profiles, sorted.</summary>
    public IReadOnlyCollection<string> Names => _profiles.Keys;

    /// <summary>Reads the file. One that does not exist is empty.</summary>
    /// <param name="path">Where it is; <c>null</c> for <see cref="DefaultPath"/>.</param>
    /// <exception cref="FormatException">It is no profile file. The message names the line, not what stands there.</exception>
    /// <exception cref="IOException">It can not be read.</exception>
    public static SuiteProfiles Load(string? path = null)
    {
        path ??= DefaultPath;
        if (!File.Exists(path))
        {
            return new SuiteProfiles(path, DefaultName, []);
        }

        try
        {
            var file = JsonSerializer.Deserialize(File.ReadAllBytes(path), ProfileFileJson.Default.ProfileFile);
            var profiles = (file?.Profiles ?? []).Where(p => p.Value is not null);
            return new SuiteProfiles(path, file?.Current is { Length: > 0 } current ? current : DefaultName, profiles);
        }
        catch (JsonException e)
        {
            // The exception itself may quote the file, which may hold a token.
            throw new FormatException($"{path} is not a profile file: its JSON is wrong at line {e.LineNumber + 1}.");
        }
    }

    /// <summary>The profile of a name; <c>null</c> when there is none.</summary>
    public SuiteProfile? Find(string name) => _profiles.GetValueOrDefault(name);

    /// <summary>Adds or replaces a profile. Nothing is written before <see cref="Save"/>.</summary>
    public void Set(string name, SuiteProfile profile)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(profile);
        _profiles[name] = profile;
    }

    /// <summary>Removes a profile; false when there is none. Nothing is written before <see cref="Save"/>.</summary>
    public bool Remove(string name) => _profiles.Remove(name);

    /// <summary>Makes a profile the current one. Nothing is written before <see cref="Save"/>.</summary>
    public void Use(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        Current = name;
    }

    /// <summary>Writes the file, for its owner only, and its folder if missing.</summary>
    /// <exception cref="IOException">It can not be written; the old file is still there.</exception>
    public void Save()
    {
        // A link stays a link: what it points to is replaced.
        var link = File.Exists(Path) ? File.ResolveLinkTarget(Path, returnFinalTarget: true) : null;
        var target = link?.FullName ?? System.IO.Path.GetFullPath(Path);
        var folder = System.IO.Path.GetDirectoryName(target)!;
        CreateFolder(folder);
        var temporary = System.IO.Path.Combine(folder, $".{System.IO.Path.GetFileName(target)}.{Guid.NewGuid():N}");
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        try
        {
            using (var stream = new FileStream(temporary, options))
            {
                var file = new ProfileFile { Current = Current, Profiles = new Dictionary<string, SuiteProfile>(_profiles) };
                JsonSerializer.Serialize(stream, file, ProfileFileJson.Default.ProfileFile);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, target, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    private static void CreateFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }
}
