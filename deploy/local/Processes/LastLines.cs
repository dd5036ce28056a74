namespace Suite.Local.Processes;

/// <summary>The last lines a process printed, for saying why it did not start. Passes each on.</summary>
internal sealed class LastLines(Action<string> next)
{
    private const int Most = 12;

    private readonly Queue<string> _lines = new();

    public void Add(string line)
    {
        lock (_lines)
        {
            _lines.Enqueue(line);
            while (_lines.Count > Most)
            {
                _lines.Dequeue();
            }
        }

        next(line);
    }

    /// <summary>The failure of a server that did not start.</summary>
    /// <param name="what">What did not start, and where.</param>
    /// <param name="cause">Why.</param>
    public SuiteLocalException Failure(string what, Exception cause)
    {
        lock (_lines)
        {
            return new SuiteLocalException($"{what}: {cause.Message}\n  " + string.Join("\n  ", _lines), cause);
        }
    }
}
