namespace Suite.Faults.History;

/// <summary>What a client asked for.</summary>
internal enum Operation
{
    CreateUser,
    GetUser,
    CreateProduct,
    GetProduct,
    CreateOrder,
    CancelOrder,
    FulfillOrder,
    RefundOrder,
    GetOrder,
    ListOrders,
    ListOrderEvents,
    GetPayment,
    ListPayments,
    TrialBalance,
    ListPostings,
}

/// <summary>What a client knows of what became of its call.</summary>
internal enum Outcome
{
    /// <summary>It was done: there is an answer.</summary>
    Ok = 1,

    /// <summary>It was refused, and nothing was done.</summary>
    Failed = 2,

    /// <summary>It may have been done or not, or may be done later.</summary>
    Unknown = 3,
}

/// <summary>
/// One attempt of one client to have something done, from before it was sent until it was given up or answered. Attempts with the same
/// <see cref="RequestId"/> are the same request.
/// </summary>
internal sealed record ClientCall : Entry
{
    /// <summary>Who called, for example <c>client-3</c>. One client has one call at a time, unless it is named otherwise for each.</summary>
    public required string Client { get; init; }

    /// <summary>When it was sent; <see cref="Entry.At"/> is when it was over.</summary>
    public required TimeSpan Start { get; init; }

    /// <summary>When it was sent, by the clock on the wall.</summary>
    public DateTimeOffset StartTime { get; init; }

    public required Operation Operation { get; init; }

    /// <summary>The replica that was asked, for example <c>order-1</c>.</summary>
    public string Replica { get; init; } = string.Empty;

    /// <summary>The request id of a write; empty for reads.</summary>
    public string RequestId { get; init; } = string.Empty;

    /// <summary>What it was about: the name that was given, or that was answered; empty where neither is.</summary>
    public string Name { get; init; } = string.Empty;

    /// <summary>CreateOrder and CreateUser: what the new one is known by, see <see cref="OrderFacts.Mark"/> and <see cref="UserFacts.Mark"/>.</summary>
    public string Mark { get; init; } = string.Empty;

    /// <summary>RefundOrder: how much; null when all that is left, or units of lines, were asked for.</summary>
    public Amount? Amount { get; init; }

    public required Outcome Outcome { get; init; }

    /// <summary>The gRPC status, for example <c>DeadlineExceeded</c>; empty when Ok.</summary>
    public string Status { get; init; } = string.Empty;

    /// <summary>The reason of <c>google.rpc.ErrorInfo</c>, for example <c>ORDER_STATE_CONFLICT</c>; empty where there is none.</summary>
    public string Reason { get; init; } = string.Empty;

    /// <summary>The orders that were answered: one, or those of a page.</summary>
    public IReadOnlyList<OrderFacts> Orders { get; init; } = [];

    /// <summary>The payments that were answered.</summary>
    public IReadOnlyList<PaymentFacts> Payments { get; init; } = [];

    /// <summary>The users that were answered.</summary>
    public IReadOnlyList<UserFacts> Users { get; init; } = [];

    /// <summary>ListOrderEvents: what was answered, from the first event on.</summary>
    public IReadOnlyList<OrderEventFacts> Events { get; init; } = [];

    /// <summary>TrialBalance and ListPostings: what was answered.</summary>
    public LedgerSeen? Ledger { get; init; }

    public override string ToString() =>
        $"#{Number} {Client} {Operation} {Name} at {Replica} {Start.TotalSeconds:F3}-{At.TotalSeconds:F3} s: {Outcome} {Status} {Reason}".TrimEnd();
}
