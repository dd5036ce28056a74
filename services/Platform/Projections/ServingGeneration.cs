using System.Collections.Concurrent;

namespace Suite.Platform.Projections;

/// <summary>Which generation readers see, asked for once a second at most: one that serves no more stays readable for a minute.</summary>
public sealed class ServingGeneration
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    private readonly ProjectionStore _store;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<string, (long Generation, long At)> _known = new();

    internal ServingGeneration(ProjectionStore store, TimeProvider time)
    {
        _store = store;
        _time = time;
    }

    /// <summary>The generation of a projection that serves.</summary>
    public async ValueTask<long> OfAsync(string projection, CancellationToken cancellationToken)
    {
        if (_known.TryGetValue(projection, out var known) && _time.GetElapsedTime(known.At) < Fresh)
        {
            return known.Generation;
        }

        var at = _time.GetTimestamp();
        var generation = await _store.ServingAsync(projection, cancellationToken);
        _known[projection] = (generation, at);
        return generation;
    }
}
