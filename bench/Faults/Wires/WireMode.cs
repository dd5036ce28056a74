namespace Suite.Faults.Wires;

/// <summary>What a wire does with what comes.</summary>
internal enum WireMode
{
    /// <summary>Carries it on.</summary>
    Through,

    /// <summary>Takes connections and resets them at once; those that were are reset.</summary>
    Refuse,

    /// <summary>Carries it on late, and little at a time.</summary>
    Slow,

    /// <summary>Keeps it, until another mode lets it go on.</summary>
    Stall,

    /// <summary>Carries on what is asked, and keeps what is answered until another mode lets it go on.</summary>
    HoldReplies,

    /// <summary>Carries on what is asked, drops what is answered, and resets the connection a moment later.</summary>
    LoseReplies,
}
