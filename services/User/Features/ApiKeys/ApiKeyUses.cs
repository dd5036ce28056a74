using System.Collections.Concurrent;
using Npgsql;
using Suite.Platform.Hosting;
using Suite.Users.Storage;

namespace Suite.Users.Features.ApiKeys;

/// <summary>
/// Remembers which keys were used, and writes it down by and by: to the minute, once a minute and key, and never while a call waits.
/// </summary>
internal sealed class ApiKeyUses(ApiKeyStore keys, TimeProvider time, ILogger<ApiKeyUses> logger) : BackgroundLoop(time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<Guid, DateTimeOffset> _unwritten = new();
    private ConcurrentDictionary<Guid, DateTimeOffset> _written = new();

    /// <summary>Notes that a key was used now.</summary>
    public void Used(Guid id)
    {
        var now = Clock.GetUtcNow();
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
        var lately = _written.Where(w => Clock.GetUtcNow() - w.Value < TimeSpan.FromMinutes(2));
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
        try
        {
            await WriteAsync(cancellationToken);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            Failed(e);
        }
    }

    protected override TimeSpan Pause => Interval;

    protected override TimeSpan FirstAfter => Interval;

    protected override async Task<bool> WorkAsync(CancellationToken cancellationToken)
    {
        await WriteAsync(cancellationToken);
        return false;
    }

    protected override void Failed(Exception exception) => UserLog.ApiKeyUsesNotWritten(logger, exception);
}
