using System.Collections.Concurrent;
using Grpc.Core;

namespace Suite.Cli.Load;

/// <summary>What became of the calls of a load, by kind and code. For any number of callers at once.</summary>
internal sealed class LoadTally
{
    private readonly ConcurrentDictionary<(LoadOperation Operation, StatusCode Code), LatencyHistogram> _outcomes = new();
    private LatencyHistogram _recent = new();

    /// <summary>All outcomes that happened: kinds in their order, successes first, other codes by their number.</summary>
    public IReadOnlyList<LoadOutcome> Outcomes =>
        [.. _outcomes.Select(o => new LoadOutcome(o.Key.Operation, o.Key.Code, o.Value)).OrderBy(o => o.Operation).ThenBy(o => o.Code)];

    /// <summary>How many calls there were.</summary>
    public long Count => _outcomes.Values.Sum(h => h.Count);

    /// <summary>How many calls failed.</summary>
    public long Errors => _outcomes.Where(o => o.Key.Code != StatusCode.OK).Sum(o => o.Value.Count);

    /// <summary>Adds a call.</summary>
    /// <param name="operation">Its kind.</param>
    /// <param name="code">How it ended.</param>
    /// <param name="latency">How long it took, from when it was due.</param>
    /// <param name="counts">False for a call of the warm-up, which is only seen by <see cref="TakeRecent"/>.</param>
    public void Record(LoadOperation operation, StatusCode code, TimeSpan latency, bool counts)
    {
        Volatile.Read(ref _recent).Record(latency);
        if (counts)
        {
            _outcomes.GetOrAdd((operation, code), static _ => new LatencyHistogram()).Record(latency);
        }
    }

    /// <summary>The calls since this was asked last. A call that is recorded in the same moment may get lost here, never in the outcomes.</summary>
    public LatencyHistogram TakeRecent() => Interlocked.Exchange(ref _recent, new LatencyHistogram());
}

/// <summary>The calls of one kind that ended in one way.</summary>
internal sealed record LoadOutcome(LoadOperation Operation, StatusCode Code, LatencyHistogram Latencies);
