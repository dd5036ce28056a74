namespace Suite.Client;

/// <summary>
/// When a failed attempt is repeated. All attempts of a call share its one deadline, and all calls to a service share its
/// budget. Between attempts a random time of up to <see cref="FirstDelay"/> passes, doubled with each attempt up to
/// <see cref="MaxDelay"/> (full jitter); what the service asks for (<c>RetryInfo</c>, <c>grpc-retry-pushback-ms</c>) comes on top.
/// </summary>
/// <remarks>
/// Repeated are UNAVAILABLE; ABORTED with REQUEST_IN_PROGRESS; ABORTED with STEP_IN_PROGRESS and RESOURCE_EXHAUSTED when the service
/// says when to come back; and calls whose outcome is unknown because the connection broke (INTERNAL, UNKNOWN or CANCELLED that no service gave a reason
/// for and the caller did not ask for), these at most four times. That is safe for writes too: each has a <c>request_id</c>.
/// </remarks>
public sealed record SuiteRetryOptions
{
    /// <summary>No call is ever repeated.</summary>
    public static SuiteRetryOptions None { get; } = new() { MaxAttempts = 1 };

    /// <summary>The most attempts of a call, the first included; 1 turns retries off. No limit but the deadline unless set.</summary>
    public int MaxAttempts { get; init; } = int.MaxValue;

    /// <summary>The most to wait before the second attempt; 100 ms unless set.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The most to wait before any attempt; 5 s unless set.</summary>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long a stream (watch, import) tries to come back without hearing anything before it gives up; one minute unless
    /// set, or <see cref="Timeout.InfiniteTimeSpan"/>. A unary call has its deadline instead.
    /// </summary>
    public TimeSpan StreamPatience { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How many retries to one service the client has at the start and at most; 500 unless set. Read from the client's options only.</summary>
    public int BudgetSize { get; init; } = 500;

    /// <summary>How many retries a call that succeeds adds to the budget; 0.1 unless set. Read from the client's options only.</summary>
    public double BudgetPerSuccess { get; init; } = 0.1;

    /// <summary>How many retries each second adds to the budget; 10 unless set. Read from the client's options only.</summary>
    public double BudgetPerSecond { get; init; } = 10;
}
