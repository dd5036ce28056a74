namespace Suite.Faults.Checking;

/// <summary>For each thing, the highest it was seen at, and since when: what is read afterwards is no lower.</summary>
internal sealed class Bars
{
    private readonly Dictionary<string, List<(TimeSpan At, long Version, object Shown)>> _bars = [];

    /// <summary>It was seen at a version, by then. Times need not come in order.</summary>
    public void Raise(string name, long version, TimeSpan at, object shown)
    {
        if (!_bars.TryGetValue(name, out var bars))
        {
            _bars[name] = bars = [];
        }

        if (!bars.Exists(bar => bar.At <= at && bar.Version >= version))
        {
            bars.RemoveAll(bar => bar.At >= at && bar.Version <= version);
            bars.Add((at, version, shown));
        }
    }

    /// <summary>The highest version that was seen by a time, and what shows it; null when it was not seen.</summary>
    public (long Version, object Shown)? By(string name, TimeSpan time)
    {
        (long Version, object Shown)? highest = null;
        foreach (var (at, version, shown) in _bars.GetValueOrDefault(name, []))
        {
            if (at <= time && !(highest?.Version >= version))
            {
                highest = (version, shown);
            }
        }

        return highest;
    }
}
