namespace Suite.Client;

/// <summary>How an import goes about its work.</summary>
public sealed record SuiteImportOptions
{
    /// <summary>How many requests are drawn but not yet answered and taken, 1 or more; 512 unless set.</summary>
    public int Window { get; init; } = 512;

    /// <summary>
    /// How long an open stream may leave requests unanswered before it counts as broken and they are sent again over another;
    /// 30 s unless set, or <see cref="Timeout.InfiniteTimeSpan"/>.
    /// </summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(30);
}
