using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Suite.Faults.History;

/// <summary>
/// What was seen in one run, in the order it was recorded in. Anybody may add at any time; nothing is ever taken out. With a file, each entry
/// is a line of it (NDJSON), so that a run can be checked again.
/// </summary>
internal sealed class RunHistory : IDisposable
{
    private static readonly JsonSerializerOptions Json = new()
    {
        Converters = { new JsonStringEnumConverter() },
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    private readonly Lock _gate = new();
    private readonly List<Entry> _entries = [];
    private readonly long _began = Stopwatch.GetTimestamp();
    private readonly StreamWriter? _file;

    /// <param name="file">Where to write each entry to as it comes; null for memory alone. A file that is there is replaced.</param>
    public RunHistory(string? file = null)
    {
        if (file is not null)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
            // A run that is killed leaves all it saw.
            _file = new StreamWriter(file) { AutoFlush = true };
        }
    }

    /// <summary>The present, as entries have it.</summary>
    public TimeSpan Now => Stopwatch.GetElapsedTime(_began);

    /// <summary>All entries until now.</summary>
    public IReadOnlyList<Entry> Entries
    {
        get
        {
            lock (_gate)
            {
                return [.. _entries];
            }
        }
    }

    /// <summary>Reads what was written.</summary>
    /// <exception cref="InvalidDataException">A line is no entry.</exception>
    public static RunHistory Read(string file)
    {
        var history = new RunHistory();
        foreach (var line in File.ReadLines(file))
        {
            try
            {
                history._entries.Add(JsonSerializer.Deserialize<Entry>(line, Json) ?? throw new JsonException("null is no entry."));
            }
            catch (JsonException e)
            {
                throw new InvalidDataException($"Line {history._entries.Count + 1} of {file} is no entry of a history: {e.Message}", e);
            }
        }

        return history;
    }

    /// <summary>An entry as a line of the file.</summary>
    public static string Line(Entry entry) => JsonSerializer.Serialize(entry, Json);

    /// <summary>Adds an entry.</summary>
    /// <returns>The entry with its number.</returns>
    public T Add<T>(T entry)
        where T : Entry
    {
        lock (_gate)
        {
            var numbered = (T)(entry with { Number = _entries.Count + 1 });
            _entries.Add(numbered);
            _file?.WriteLine(Line(numbered));
            return numbered;
        }
    }

    /// <summary>The entries of one kind until now.</summary>
    public IReadOnlyList<T> Of<T>()
        where T : Entry
    {
        lock (_gate)
        {
            return [.. _entries.OfType<T>()];
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _file?.Dispose();
        }
    }
}
