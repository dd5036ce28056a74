using Suite.Cli.Output;

namespace Suite.Cli.Import;

/// <summary>Collects what an import takes and what it does not; bad lines are told at once.</summary>
internal sealed class ImportReport<T>(Notices notices)
{
    private readonly Lock _lock = new();
    private readonly List<T> _taken = [];
    private readonly List<BadLine> _bad = [];

    /// <summary>What was taken, in the order it was answered.</summary>
    public IReadOnlyList<T> Taken => _taken;

    /// <summary>The lines that were not taken, by line.</summary>
    public IReadOnlyList<BadLine> BadLines => [.. _bad.OrderBy(b => b.Line)];

    /// <summary>How many lines were answered for.</summary>
    public int Lines => _taken.Count + _bad.Count;

    public ExitCode Exit => _bad.Count > 0 ? ExitCode.BadLines : ExitCode.Ok;

    public void Take(T item)
    {
        lock (_lock)
        {
            _taken.Add(item);
        }
    }

    /// <summary>Notes a bad line and tells it.</summary>
    public void Refuse(string file, BadLine bad)
    {
        lock (_lock)
        {
            _bad.Add(bad);
        }

        notices.BadLine(file, bad);
    }
}
