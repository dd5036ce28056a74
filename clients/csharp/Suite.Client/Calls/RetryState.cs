namespace Suite.Client;

/// <summary>How often one call, or one request of an import, has failed in a row, and whether and when it is tried again.</summary>
/// <param name="options">The limits.</param>
/// <param name="patience">How long it may fail in a row; infinite where a deadline sees to it.</param>
/// <param name="time">The clock.</param>
internal sealed class RetryState(SuiteRetryOptions options, TimeSpan patience, TimeProvider time)
{
    private int _failures;
    private int _unknownOutcomes;
    private long? _failingSince;

    /// <summary>Whether the last thing that happened was a failure.</summary>
    public bool IsFailing => _failures > 0;

    /// <summary>Forgets the failures: something went well.</summary>
    public void Reset()
    {
        _failures = 0;
        _unknownOutcomes = 0;
        _failingSince = null;
    }

    /// <summary>Notes a failure.</summary>
    /// <param name="failure">What failed.</param>
    /// <param name="left">How much time is left in all.</param>
    /// <returns>How long to wait before the next attempt; <c>null</c> when there is to be none.</returns>
    public TimeSpan? Next(CallFailure failure, TimeSpan left)
    {
        var verdict = RetryRules.Judge(failure);
        _failures++;
        _unknownOutcomes += verdict == RetryRules.Verdict.UnknownOutcome ? 1 : 0;
        if (verdict == RetryRules.Verdict.Final || _failures >= options.MaxAttempts || _unknownOutcomes > RetryRules.MostUnknownOutcomes)
        {
            return null;
        }

        var delay = RetryRules.Delay(_failures, options, failure.RetryAfter);
        var since = _failingSince ??= time.GetTimestamp();
        var isPatient = patience == Timeout.InfiniteTimeSpan || time.GetElapsedTime(since) + delay < patience;
        return delay < left && isPatient ? delay : null;
    }
}
