namespace Suite.Cli.Session;

/// <summary>Lets something be told once in a while, however often it happens.</summary>
internal sealed class Throttle(TimeSpan between)
{
    private readonly Lock _lock = new();
    private long? _last;

    /// <summary>Whether it is time again.</summary>
    public bool TryTell(TimeProvider time)
    {
        lock (_lock)
        {
            if (_last is { } last && time.GetElapsedTime(last) < between)
            {
                return false;
            }

            _last = time.GetTimestamp();
            return true;
        }
    }
}
