namespace Suite.Platform.Messaging.Relay;

/// <summary>A shard this process may send, and how far it has come.</summary>
internal sealed class ShardLease(short shard, long epoch, string seen)
{
    public short Shard { get; } = shard;

    /// <summary>Raised by whoever takes the shard; what is read and written under an older one is refused.</summary>
    public long Epoch { get; } = epoch;

    /// <summary>The snapshot all of whose rows the broker has acknowledged.</summary>
    public string Sent { get; set; } = seen;

    /// <summary>The snapshot all of whose rows were read.</summary>
    public string Read { get; set; } = seen;

    /// <summary>The snapshot the database knows as sent.</summary>
    public string Stored { get; set; } = seen;

    /// <summary>Whether rows up to <see cref="Sent"/> were really sent since the last store, not merely passed over.</summary>
    public bool HasNews { get; set; }
}
