using Suite.Platform.Time;

namespace Suite.Payments.Features;

/// <summary>
/// Takes what is due and works it off, many at once: a call that takes long holds up nobody else. It is woken by what was
/// committed in this process, and looks every second for what others left behind.
/// </summary>
/// <typeparam name="TClaim">What is taken: something this replica has to itself for the time of the lease.</typeparam>
internal abstract class LeaseWorker<TClaim>(PaymentOptions options, TimeProvider time, ILogger logger) : BackgroundService
{
    private const int MostPerClaim = 100;

    private readonly SemaphoreSlim _slots = new(options.Concurrency, options.Concurrency);
    private readonly CancellationTokenSource _abandon = new();
    private readonly WakeSignal _work = new();
    private volatile bool _working;

    /// <summary>How many claims could be started now.</summary>
    public int Room => _working ? _slots.CurrentCount : 0;

    /// <summary>Says that there is work. Losing the call costs a second.</summary>
    public void Wake() => _work.Set();

    /// <summary>Works off what was claimed elsewhere in this process.</summary>
    public void Start(TClaim claim) => _ = StartAsync(claim);

    public override void Dispose()
    {
        base.Dispose();
        _slots.Dispose();
        _abandon.Dispose();
        _work.Dispose();
    }

    /// <summary>Takes up to <paramref name="most"/> of what is due, for <paramref name="lease"/>.</summary>
    protected abstract Task<IReadOnlyList<TClaim>> ClaimAsync(int most, TimeSpan lease);

    /// <summary>Returns when the outcome is durable, or is left to whoever claims it after the lease.</summary>
    /// <param name="claim">The claim.</param>
    /// <param name="abandon">Cancelled when this process can not wait for the provider any longer.</param>
    /// <returns>How soon there is more to do here, or null.</returns>
    protected abstract Task<TimeSpan?> WorkOffAsync(TClaim claim, CancellationToken abandon);

    /// <summary>Which payment or step a claim is of, for the log.</summary>
    protected abstract Guid IdOf(TClaim claim);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        _working = true;
        try
        {
            while (true)
            {
                if (!await TakeSomeAsync(stoppingToken))
                {
                    await _work.WaitAsync(options.PollInterval, stoppingToken);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            _working = false;
            await FinishAsync();
        }
    }

    /// <summary>Starts what is due, as far as slots are free.</summary>
    /// <returns>Whether there may be more.</returns>
    private async Task<bool> TakeSomeAsync(CancellationToken cancellationToken)
    {
        // Taken before the claim, so that what is claimed starts at once.
        await _slots.WaitAsync(cancellationToken);
        var slots = 1;
        while (slots < MostPerClaim && _slots.Wait(0, CancellationToken.None))
        {
            slots++;
        }

        IReadOnlyList<TClaim> claims;
        try
        {
            // Never given up half way: what is claimed is worked off, or else waits for its lease to end.
            claims = await ClaimAsync(slots, options.Lease);
        }
#pragma warning disable CA1031 // The worker outlives every failure of the database; what it did not take waits in the table.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _slots.Release(slots);
            PaymentLog.ClaimFailed(logger, e);
            await Task.Delay(options.PollInterval, time, cancellationToken);
            return true;
        }

        if (slots > claims.Count)
        {
            _slots.Release(slots - claims.Count);
        }

        foreach (var claim in claims)
        {
            _ = WorkAsync(claim);
        }

        return claims.Count == slots;
    }

    private async Task StartAsync(TClaim claim)
    {
        var handed = time.GetTimestamp();
        await _slots.WaitAsync(CancellationToken.None);
        if (time.GetElapsedTime(handed) > options.Lease - options.ProviderTimeout)
        {
            // It waited so long that somebody else is about to claim it.
            _slots.Release();
            return;
        }

        await WorkAsync(claim);
    }

    private async Task WorkAsync(TClaim claim)
    {
        // Off the loop's thread at once: a provider that blocks before its first await must not keep others from starting.
        await Task.Yield();
        TimeSpan? next = null;
        try
        {
            next = await WorkOffAsync(claim, _abandon.Token);
        }
#pragma warning disable CA1031 // Nobody awaits this; the lease ends, and it is claimed again.
        catch (Exception e)
#pragma warning restore CA1031
        {
            PaymentLog.WorkFailed(logger, IdOf(claim), e);
        }
        finally
        {
            _slots.Release();
        }

        if (next is { } pause && !_abandon.IsCancellationRequested)
        {
            _work.SetAfter(pause);
        }
    }

    /// <summary>Lets running calls end for a while, then gives them up: their intents are due at once, for any replica.</summary>
    private async Task FinishAsync()
    {
        _abandon.CancelAfter(options.StopGrace);
        for (var i = 0; i < options.Concurrency; i++)
        {
            await _slots.WaitAsync(CancellationToken.None);
        }
    }
}
