namespace Suite.Faults.Plan;

/// <summary>What is done to a process, a store, a wire or the provider.</summary>
internal static class FaultKind
{
    /// <summary>SIGKILL, and started again.</summary>
    public const string Kill = "kill";

    /// <summary>SIGSTOP, and SIGCONT seconds later.</summary>
    public const string Pause = "pause";

    /// <summary>SIGTERM, and started again.</summary>
    public const string Terminate = "terminate";

    /// <summary>Everything in Redis is removed.</summary>
    public const string Flush = "flush";

    /// <summary>A replica runs for a while with a clock that is wrong.</summary>
    public const string Skew = "skew";

    /// <summary>Every connection of a wire is reset.</summary>
    public const string Cut = "cut";

    /// <summary>No connection of a wire is taken; those that were are reset.</summary>
    public const string Refuse = "refuse";

    /// <summary>Everything on a wire comes late, and little at a time.</summary>
    public const string Slow = "slow";

    /// <summary>Nothing moves on a wire, and nobody is told.</summary>
    public const string Stall = "stall";

    /// <summary>What was asked for over a wire is done; its answer is lost, and then the connection.</summary>
    public const string LoseReplies = "lose-replies";

    /// <summary>Customers pay with a token that has the provider or its webhooks misbehave.</summary>
    public const string Provider = "provider";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Kill, Pause, Terminate, Flush, Skew, Cut, Refuse, Slow, Stall, LoseReplies, Provider];

    /// <summary>Those that happen on wires.</summary>
    public static IReadOnlyList<string> OfWires { get; } = [Cut, Refuse, Slow, Stall, LoseReplies];
}
