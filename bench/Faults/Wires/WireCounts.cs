namespace Suite.Faults.Wires;

/// <summary>What a wire has done so far, in numbers that only grow. It is the evidence that a fault hit something.</summary>
internal sealed class WireCounts
{
    private long _connections;
    private long _bytes;
    private long _resets;
    private long _refused;
    private long _held;
    private long _slowed;
    private long _replies;
    private long _commits;

    /// <summary>Connections that were taken.</summary>
    public long Connections => Interlocked.Read(ref _connections);

    /// <summary>Bytes that were carried, both ways.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Connections that were reset while they lived.</summary>
    public long Resets => Interlocked.Read(ref _resets);

    /// <summary>Connections that were not taken.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>Pieces that had to wait for the end of a stall.</summary>
    public long Held => Interlocked.Read(ref _held);

    /// <summary>Pieces that came late.</summary>
    public long Slowed => Interlocked.Read(ref _slowed);

    /// <summary>Connections on which answers were dropped.</summary>
    public long LostReplies => Interlocked.Read(ref _replies);

    /// <summary>Those among them whose first lost answer was that of a COMMIT.</summary>
    public long LostCommits => Interlocked.Read(ref _commits);

    public void Connected() => Interlocked.Increment(ref _connections);

    public void Carried(int bytes) => Interlocked.Add(ref _bytes, bytes);

    public void Reset() => Interlocked.Increment(ref _resets);

    public void Refuse() => Interlocked.Increment(ref _refused);

    public void Hold() => Interlocked.Increment(ref _held);

    public void Slow() => Interlocked.Increment(ref _slowed);

    public void LoseReply(bool isOfCommit)
    {
        Interlocked.Increment(ref _replies);
        if (isOfCommit)
        {
            Interlocked.Increment(ref _commits);
        }
    }

    /// <summary>The hits of one mode so far.</summary>
    public long HitsOf(WireMode mode) => mode switch
    {
        WireMode.Refuse => Refused,
        WireMode.Slow => Slowed,
        WireMode.Stall => Held,
        WireMode.LoseReplies => LostReplies,
        _ => Resets,
    };
}
