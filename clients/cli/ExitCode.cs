namespace Suite.Cli;

/// <summary>What the process answers to its caller. The table in README.md is checked against this by a test.</summary>
internal enum ExitCode
{
    /// <summary>Done.</summary>
    Ok = 0,

    /// <summary>Something nobody foresaw, here or in a service (INTERNAL, UNKNOWN, DATA_LOSS).</summary>
    Unexpected = 1,

    /// <summary>The command line or the configuration is wrong; nothing was done.</summary>
    Usage = 2,

    /// <summary>An import is done, but some of its lines were bad; the good ones are in.</summary>
    BadLines = 3,

    /// <summary>Some orders were still PENDING when the time to wait was over.</summary>
    StillPending = 4,

    /// <summary>The ledger does not balance.</summary>
    NotBalanced = 5,

    /// <summary>There is no such thing (NOT_FOUND).</summary>
    NotFound = 6,

    /// <summary>The service understood and refused (INVALID_ARGUMENT, FAILED_PRECONDITION, ALREADY_EXISTS, ABORTED, OUT_OF_RANGE).</summary>
    Refused = 7,

    /// <summary>The service can not be reached or is overloaded, after all retries (UNAVAILABLE, RESOURCE_EXHAUSTED).</summary>
    Unavailable = 8,

    /// <summary>The time limit passed (<c>--timeout</c>, DEADLINE_EXCEEDED); a write may have happened, its request id tells.</summary>
    TimedOut = 9,

    /// <summary>The caller may not do this, or the token was not sent (UNAUTHENTICATED, PERMISSION_DENIED).</summary>
    NotAllowed = 10,

    /// <summary>An input file can not be read at all.</summary>
    InputFile = 11,

    /// <summary>Records do not agree: a verification or a reconciliation found differences, or an order's money does not add up.</summary>
    Differences = 12,

    /// <summary>Stopped by Ctrl-C: 128 + SIGINT.</summary>
    Interrupted = 130,

    /// <summary>Stopped by SIGTERM: 128 + 15.</summary>
    Terminated = 143,
}
