using Google.Protobuf.WellKnownTypes;
using Suite.Contracts.Ops.V1;

namespace Suite.Platform.Faults;

/// <summary>The faults of this process. It is there only where <c>SUITE_FAULTS</c> is on.</summary>
public sealed class FaultBoard
{
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private volatile Active[] _active = [];

    /// <summary>A board without faults.</summary>
    public FaultBoard(TimeProvider time) => _time = time;

    /// <summary>Waits and fails as the faults of a target say, which may be not at all.</summary>
    /// <param name="target">What is about to be called.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="IOException">The fault is an error: what was to be called must not be.</exception>
    public Task MeetAsync(Fault.Types.Target target, CancellationToken cancellationToken)
    {
        var (latency, fails) = Meet(target);
        return latency > TimeSpan.Zero ? WaitAsync(target, latency, fails, cancellationToken)
            : fails ? Task.FromException(Failure(target))
            : Task.CompletedTask;
    }

    /// <summary>What somebody meets who is at a target now; chance is asked once for each fault.</summary>
    internal (TimeSpan Latency, bool Fails) Meet(Fault.Types.Target target)
    {
        var (latency, fails) = (TimeSpan.Zero, false);
        foreach (var active in _active)
        {
            if (active.Fault.Target == target && !HasEnded(active) && (active.Fault.Percent is 0 || Random.Shared.Next(100) < active.Fault.Percent))
            {
                latency += active.Fault.Latency?.ToTimeSpan() ?? TimeSpan.Zero;
                fails |= active.Fault.Kind == Fault.Types.Kind.Error;
            }
        }

        return (latency, fails);
    }

    /// <summary>Begins a fault, in place of one of the same target and kind.</summary>
    /// <returns>The fault with its times.</returns>
    internal Fault Set(Fault fault)
    {
        var now = _time.GetUtcNow();
        var set = fault.Clone();
        set.CreateTime = Timestamp.FromDateTimeOffset(now);
        set.ExpireTime = fault.Ttl is { } ttl ? Timestamp.FromDateTimeOffset(now + ttl.ToTimeSpan()) : null;
        lock (_lock)
        {
            _active =
            [
                .. _active.Where(a => !HasEnded(a) && !(a.Fault.Target == set.Target && a.Fault.Kind == set.Kind)).Append(new Active(set, _time.GetTimestamp()))
                    .OrderBy(a => a.Fault.Target).ThenBy(a => a.Fault.Kind),
            ];
        }

        return set.Clone();
    }

    /// <summary>The faults there are, by target and kind.</summary>
    internal IReadOnlyList<Fault> List() => [.. _active.Where(a => !HasEnded(a)).Select(a => a.Fault.Clone())];

    /// <summary>Ends the faults of a target, or all.</summary>
    /// <returns>How many there were.</returns>
    internal int Clear(Fault.Types.Target target)
    {
        lock (_lock)
        {
            var before = _active.Where(a => !HasEnded(a)).ToArray();
            _active = target == Fault.Types.Target.Unspecified ? [] : [.. before.Where(a => a.Fault.Target != target)];
            return before.Length - _active.Length;
        }
    }

    private static IOException Failure(Fault.Types.Target target) => new($"A fault was set: {target} fails.");

    private async Task WaitAsync(Fault.Types.Target target, TimeSpan latency, bool fails, CancellationToken cancellationToken)
    {
        await Task.Delay(latency, _time, cancellationToken);
        if (fails)
        {
            throw Failure(target);
        }
    }

    private bool HasEnded(Active active) => active.Fault.Ttl is { } ttl && _time.GetElapsedTime(active.Begun) >= ttl.ToTimeSpan();

    private sealed record Active(Fault Fault, long Begun);
}
