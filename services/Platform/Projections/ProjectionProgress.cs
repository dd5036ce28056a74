using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Suite.Platform.Projections;

/// <summary>How fresh the documents of projections are: until when everything that was told is in them.</summary>
public sealed class ProjectionProgress
{
    // A replica that says nothing for so long is gone, and its partitions are others'.
    private const string Earliest =
        """
        SELECT COALESCE(
            (SELECT min(as_of) FROM projection_progress WHERE name = $1 AND report_time > now() - interval '10 s'),
            (SELECT max(as_of) FROM projection_progress WHERE name = $1))
        """;

    private const string Tell =
        """
        WITH gone AS (DELETE FROM projection_progress WHERE name = $1 AND report_time < now() - interval '1 hour')
        INSERT INTO projection_progress (name, replica, as_of, report_time) VALUES ($1, $2, $3, now())
        ON CONFLICT (name, replica) DO UPDATE SET as_of = excluded.as_of, report_time = excluded.report_time
        """;

    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    private readonly NpgsqlDataSource _dataSource;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Guid _replica = Guid.NewGuid();
    private readonly ConcurrentDictionary<string, (DateTimeOffset? AsOf, long At)> _known = new();
    private readonly ConcurrentDictionary<string, DateTimeOffset> _reached = new();
    private int _isTelling;

    internal ProjectionProgress(NpgsqlDataSource dataSource, TimeProvider time, ILogger<ProjectionProgress> logger) =>
        (_dataSource, _time, _logger) = (dataSource, time, logger);

    /// <summary>How old the documents are here, by what this replica's partitions hold.</summary>
    internal IEnumerable<(string Projection, TimeSpan Age)> Ages => _reached.Select(of => (of.Key, _time.GetUtcNow() - of.Value));

    /// <summary>Until when everything that was told is in the documents of a projection; null when nobody knows yet. Asked for once a second at most.</summary>
    public async ValueTask<DateTimeOffset?> AsOfAsync(string projection, CancellationToken cancellationToken)
    {
        if (_known.TryGetValue(projection, out var known) && _time.GetElapsedTime(known.At) < Fresh)
        {
            return known.AsOf;
        }

        var at = _time.GetTimestamp();
        await using var command = _dataSource.CreateCommand(Earliest);
        command.Parameters.Add(new() { Value = projection });
        DateTimeOffset? asOf = await command.ExecuteScalarAsync(cancellationToken) is DateTime found ? new DateTimeOffset(found, TimeSpan.Zero) : null;
        _known[projection] = (asOf, at);
        return asOf;
    }

    /// <summary>Notes what this replica has reached, unless it is still being noted; of null, that it is others who read.</summary>
    internal void Reached(string projection, DateTimeOffset? reached)
    {
        if (reached is not { } asOf)
        {
            _reached.TryRemove(projection, out _);
            return;
        }

        _reached[projection] = asOf;
        if (Interlocked.Exchange(ref _isTelling, 1) == 0)
        {
            _ = TellAsync(projection, asOf);
        }
    }

    private async Task TellAsync(string projection, DateTimeOffset asOf)
    {
        try
        {
            await using var command = _dataSource.CreateCommand(Tell);
            command.Parameters.Add(new() { Value = projection });
            command.Parameters.Add(new() { Value = _replica });
            command.Parameters.Add(new() { Value = asOf });
            await command.ExecuteNonQueryAsync();
        }
        catch (Exception e) when (e is NpgsqlException or ObjectDisposedException or InvalidOperationException)
        {
            // Whoever asks sees documents that grow old, which they do.
            ProjectionLog.ProgressUntold(_logger, projection, e);
        }
        finally
        {
            Volatile.Write(ref _isTelling, 0);
        }
    }
}
