using System.Collections.Concurrent;
using Npgsql;
using Suite.Users.Storage;

namespace Suite.Users.Features.ApiKeys;

/// <summary>
/// Remembers which keys were used, and writes it down by and by: to the minute, once a minute and key, and never while a call waits.
/// </summary>
internal sealed class ApiKeyUses(ApiKeyStore keys, TimeProvider time, ILogger<ApiKeyUses> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<Guid, DateTimeOffset> _unwritten = new();
    private ConcurrentDictionary<Guid, DateTimeOffset> _written = new();

    /// <summary>Notes that a key was used now.</summary>
    public void Used(Guid id)
    {
        var now = time.GetUtcNow();
        var minute = now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMinute));
        if (!_written.TryGetValue(id, out var last) || last < minute)
        {
            _unwritten[id] = minute;
        }
    }

    /// <summary>Writes down what was noted since it was last called.</summary>
    internal async Task WriteAsync(CancellationToken cancellationToken)
    {
        var minutes = _unwritten.ToArray();
        if (minutes.Length == 0)
        {
            return;
        }

        await keys.UsedAsync(minutes, cancellationToken);
        // Only the last minute matters, so that what is remembered does not grow.
        var lately = _written.Where(w => time.GetUtcNow() - w.Value < TimeSpan.FromMinutes(2));
        _written = new ConcurrentDictionary<Guid, DateTimeOffset>(
            minutes.Concat(lately).GroupBy(m => m.Key).ToDictionary(g => g.Key, g => g.Max(m => m.Value)));
        foreach (var pair in minutes)
        {
            _unwritten.TryRemove(pair);
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await TryWriteAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await TryWriteAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    private async Task TryWriteAsync(CancellationToken cancellationToken)
    {
        try
        {
            await WriteAsync(cancellationToken);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            UserLog.ApiKeyUsesNotWritten(logger, e);
        }
    }
}
