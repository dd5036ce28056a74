namespace Suite.Client;

/// <summary>
/// How many retries may be made to one service: a bucket of tokens that each retry takes one from, and that successes and time
/// fill again. When most calls fail, retries would multiply the load that made them fail; the empty bucket stops that. After
/// gRFC A6 (retry throttling) and Finagle's RetryBudget.
/// </summary>
internal sealed class RetryBudget(SuiteRetryOptions options, TimeProvider time)
{
    private readonly Lock _lock = new();
    private double _tokens = options.BudgetSize;
    private long _filled = time.GetTimestamp();

    /// <summary>How many retries may be made now.</summary>
    public double Tokens
    {
        get
        {
            lock (_lock)
            {
                Fill(0);
                return _tokens;
            }
        }
    }

    /// <summary>Notes a call that succeeded.</summary>
    public void Succeeded()
    {
        lock (_lock)
        {
            Fill(options.BudgetPerSuccess);
        }
    }

    /// <summary>Takes one retry out of the budget; false when there is none left.</summary>
    public bool TrySpend()
    {
        lock (_lock)
        {
            Fill(0);
            if (_tokens < 1)
            {
                return false;
            }

            _tokens--;
            return true;
        }
    }

    private void Fill(double more)
    {
        var now = time.GetTimestamp();
        more += time.GetElapsedTime(_filled, now).TotalSeconds * options.BudgetPerSecond;
        _filled = now;
        _tokens = Math.Min(options.BudgetSize, _tokens + more);
    }
}
