namespace Suite.Platform.Overload;

/// <summary>
/// How many calls of one method run at once. The number follows the latency that calls see: while the mean of a window stays near what the
/// method takes when little is going on, the limit grows by its square root; when it is several times that, work is queueing
/// somewhere behind (whatever the place: a store, a lock, the processor) and the limit shrinks in proportion.
/// </summary>
/// <remarks>
/// After the gradient limit of Netflix's concurrency-limits (https://github.com/Netflix/concurrency-limits): the ratio of the latency without load
/// to the latency now, and a room to grow of √limit. What differs: means of windows, a floor under the latency that is looked at, and a
/// memory of the unloaded latency that rises only while little runs, so that it does not learn overload as the normal case.
/// </remarks>
internal sealed class AdaptiveLimit(OverloadOptions options, TimeProvider time)
{
    /// <summary>Before anything is known: as many as a group commit takes at once.</summary>
    internal const int First = 256;

    /// <summary>How many times the unloaded latency is normal under load: callers that share a commit wait for one before theirs.</summary>
    internal const double Tolerance = 4;

    /// <summary>The least that remains of the limit in one step: one bad window is no trend.</summary>
    private const double SteepestFall = 0.8;

    private const double Learning = 0.05;
    private const int FewestCalls = 10;

    private static readonly TimeSpan s_window = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_longestWindow = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly int _mostPossible = options.Most ?? int.MaxValue;
    private double _limit = Math.Clamp(First, options.Least, options.Most ?? int.MaxValue);
    private double _unloaded = double.PositiveInfinity;
    private int _most = Math.Clamp(First, options.Least, options.Most ?? int.MaxValue);
    private int _running;
    private int _deepest;
    private long _windowBegan = time.GetTimestamp();
    private int _calls;
    private double _seconds;

    /// <summary>How many calls may run now.</summary>
    public int Most => Volatile.Read(ref _most);

    /// <summary>How many calls run now.</summary>
    public int Running => Volatile.Read(ref _running);

    /// <summary>Takes a place for a call; false when there is none. Whoever got one gives it back with <see cref="Leave"/>.</summary>
    public bool TryEnter()
    {
        var running = Interlocked.Increment(ref _running);
        if (running > Most)
        {
            Interlocked.Decrement(ref _running);
            return false;
        }

        // Not exact when two calls enter at once, and need not be.
        if (running > Volatile.Read(ref _deepest))
        {
            Volatile.Write(ref _deepest, running);
        }

        return true;
    }

    /// <summary>Gives a place back.</summary>
    /// <param name="took">How long the call had it.</param>
    /// <param name="worked">
    /// Whether the call did what it was asked for. A refusal or a failure that came quickly tells nothing of the load; one that took
    /// long counts like an answer.
    /// </param>
    public void Leave(TimeSpan took, bool worked)
    {
        Interlocked.Decrement(ref _running);
        lock (_gate)
        {
            if (!worked && took.TotalSeconds <= Goal)
            {
                return;
            }

            _calls++;
            _seconds += took.TotalSeconds;
            var now = time.GetTimestamp();
            var open = time.GetElapsedTime(_windowBegan, now);
            if (open >= s_window && (_calls >= FewestCalls || open >= s_longestWindow))
            {
                Adapt(_seconds / _calls);
                _windowBegan = now;
                _calls = 0;
                _seconds = 0;
                Volatile.Write(ref _deepest, Running);
            }
        }
    }

    /// <summary>The mean latency in seconds above which the limit shrinks.</summary>
    private double Goal => double.IsPositiveInfinity(_unloaded)
        ? options.Calm.TotalSeconds
        : Math.Max(options.Calm.TotalSeconds, Tolerance * _unloaded);

    private void Adapt(double mean)
    {
        var deepest = Volatile.Read(ref _deepest);
        if (mean < _unloaded)
        {
            _unloaded = mean;
        }
        else if (deepest * 8 <= _limit)
        {
            // Little runs and it takes longer: the work itself has become slower.
            _unloaded += (mean - _unloaded) * Learning;
        }

        // A limit that is not made use of neither holds anything back nor lets too much in: one slow call now and then is no overload.
        if (deepest * 2 < _limit)
        {
            return;
        }

        _limit = mean > Goal ? _limit * Math.Max(Goal / mean, SteepestFall) : _limit + Math.Sqrt(_limit);
        _limit = Math.Clamp(_limit, options.Least, _mostPossible);
        Volatile.Write(ref _most, (int)_limit);
    }
}
