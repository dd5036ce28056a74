using System.Runtime.ExceptionServices;
using Grpc.Core;

namespace Suite.Client;

/// <summary>
/// Credentials that are a session: the token is renewed before it ends, by one call however many ask. A renewal is nobody's own:
/// a caller who gives up does not end it. What failed is not tried again at once.
/// </summary>
internal abstract class SessionCredentials : ISuiteCredentials
{
    private readonly Lock _lock = new();
    private readonly List<SessionsClient> _clients = [];
    private HeldTokens? _held;
    private Task<HeldTokens>? _renewal;
    private (SuiteException Failure, DateTimeOffset Until)? _pause;

    /// <summary>The latest tokens; null before there are any.</summary>
    public HeldTokens? Held => Volatile.Read(ref _held);

    /// <summary>Whether a renewal is waited for even while the token is still good: nobody may be there to see it end later.</summary>
    protected virtual bool WaitsForRenewal => false;

    /// <summary>Gives a client whose connections renewals go over.</summary>
    public void Attach(SessionsClient client)
    {
        lock (_lock)
        {
            _clients.Add(client);
        }
    }

    /// <summary>Takes it back.</summary>
    public void Detach(SessionsClient client)
    {
        lock (_lock)
        {
            _clients.Remove(client);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<string?> GetTokenAsync(bool forceRenew, CancellationToken cancellationToken)
    {
        var client = Client();
        var now = client.Time.GetUtcNow();
        var held = Held;
        if (!forceRenew && held is not null && now < held.RenewTime)
        {
            return held.AccessToken;
        }

        var isGood = !forceRenew && held is not null && now < held.EndTime;
        Task<HeldTokens> renewal;
        lock (_lock)
        {
            if (_pause is { } pause && now < pause.Until)
            {
                return isGood ? held!.AccessToken : throw Again(pause.Failure);
            }

            // Somebody may have renewed it since it was looked at.
            if (!forceRenew && !ReferenceEquals(_held, held) && now < _held!.RenewTime)
            {
                return _held.AccessToken;
            }

            // Begun outside the lock: what runs before its first await must not run under it.
            renewal = _renewal ??= Task.Run(() => RenewAndKeepAsync(client), CancellationToken.None);
        }

        if (isGood && !WaitsForRenewal)
        {
            // Should it fail, the next who asks is told.
            _ = renewal.ContinueWith(
                static failed => failed.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            return held!.AccessToken;
        }

        try
        {
            return (await renewal.WaitAsync(cancellationToken).ConfigureAwait(false)).AccessToken;
        }
        catch (SuiteException) when (isGood)
        {
            return held!.AccessToken;
        }
    }

    /// <summary>Takes tokens that came another way than by a renewal.</summary>
    protected void Keep(HeldTokens tokens) => Volatile.Write(ref _held, tokens);

    /// <summary>Gets the next tokens.</summary>
    /// <param name="client">Where to ask.</param>
    /// <param name="held">The tokens so far; null when there are none.</param>
    protected abstract Task<HeldTokens> RenewAsync(SessionsClient client, HeldTokens? held);

    private static SuiteException Again(SuiteException failure)
    {
        ExceptionDispatchInfo.Throw(failure);
        return failure;
    }

    // A password that is refused stays so, and trying it again is counted against its owner.
    private static TimeSpan PauseAfter(SuiteException failure) =>
        failure.RetryAfter ?? TimeSpan.FromSeconds(failure.Code == StatusCode.Unauthenticated ? 5 : 1);

    private SessionsClient Client()
    {
        lock (_lock)
        {
            return _clients.Count > 0
                ? _clients[^1]
                : throw new InvalidOperationException("These credentials belong to no client, or to one that is disposed.");
        }
    }

    private async Task<HeldTokens> RenewAndKeepAsync(SessionsClient client)
    {
        (SuiteException, DateTimeOffset)? pause = null;
        try
        {
            var tokens = await RenewAsync(client, Held).ConfigureAwait(false);
            Keep(tokens);
            return tokens;
        }
        catch (SuiteException e)
        {
            pause = (e, client.Time.GetUtcNow() + PauseAfter(e));
            throw;
        }
        finally
        {
            lock (_lock)
            {
                _renewal = null;
                _pause = pause;
            }
        }
    }
}
