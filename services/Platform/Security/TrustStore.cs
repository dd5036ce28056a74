using Microsoft.Extensions.Logging;
using Suite.Contracts.Trust.V1;

namespace Suite.Platform.Security;

/// <summary>
/// Keeps the last word of User on whom to believe. While User is away the last word stays: access tokens live for minutes, and
/// nobody can end one then either.
/// </summary>
internal sealed class TrustStore(ITrustSource source, TimeProvider time, ILogger<TrustStore> logger) : IDisposable
{
    /// <summary>How long an answer may take.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>How soon the next question may follow when calls ask for it: tokens that name no key we know are easily made.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    /// <summary>A start takes its time; before this, a failure is nothing to tell of.</summary>
    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _asking = new(1);
    private readonly DateTimeOffset _startTime = time.GetUtcNow();
    private volatile TrustSnapshot? _current;
    private long _lastAsked;
    private long _lastAnswered;
    private bool _isAway;

    /// <summary>The last word; null before the first.</summary>
    public TrustSnapshot? Current => _current;

    /// <summary>How long ago User answered; null when it never did.</summary>
    public TimeSpan? Age => _current is null ? null : time.GetElapsedTime(Volatile.Read(ref _lastAnswered));

    /// <summary>Asks once. A failure is told in the log and by the answer.</summary>
    public async Task<bool> PollAsync(CancellationToken cancellationToken)
    {
        await _asking.WaitAsync(cancellationToken);
        try
        {
            return await AskAsync(cancellationToken);
        }
        finally
        {
            _asking.Release();
        }
    }

    /// <summary>Makes sure that what is known is no older than the call that asks, or than a short pause.</summary>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        await _asking.WaitAsync(cancellationToken);
        try
        {
            var last = Volatile.Read(ref _lastAsked);
            if (last < began && (last == 0 || time.GetElapsedTime(last) >= Pause))
            {
                await AskAsync(cancellationToken);
            }
        }
        finally
        {
            _asking.Release();
        }
    }

    public void Dispose() => _asking.Dispose();

    private async Task<bool> AskAsync(CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        Volatile.Write(ref _lastAsked, time.GetTimestamp());
        try
        {
            var known = _current ?? TrustSnapshot.Empty;
            // A database that hangs does not hear that nobody waits any more; whoever asks here must not wait with it.
            var answer = await source.GetTrustAsync(new GetTrustRequest { AfterRevision = known.Revision }, either.Token).WaitAsync(either.Token);
            if (answer.Revision < known.Revision)
            {
                // User's record is another one than it was, perhaps restored: begin anew.
                known = TrustSnapshot.Empty;
                answer = await source.GetTrustAsync(new GetTrustRequest(), either.Token).WaitAsync(either.Token);
            }

            Volatile.Write(ref _lastAnswered, time.GetTimestamp());
            _current = known.With(answer, time.GetUtcNow());
            if (_isAway)
            {
                _isAway = false;
                SecurityLog.TrustIsBack(logger);
            }

            return true;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            if (!_isAway && (_current is not null || time.GetUtcNow() - _startTime > StartTime))
            {
                _isAway = true;
                SecurityLog.TrustIsAway(logger, (e.InnerException ?? e).Message);
            }

            return false;
        }
    }
}
