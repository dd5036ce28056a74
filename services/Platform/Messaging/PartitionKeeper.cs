using Microsoft.Extensions.Logging;
using Npgsql;
using Suite.Platform.Hosting;

namespace Suite.Platform.Messaging;

/// <summary>
/// Makes the partitions of outbox and inbox ahead of time, and drops those nobody needs any more. Partitions are attached and
/// detached in ways that make no writer wait.
/// </summary>
internal sealed class PartitionKeeper(NpgsqlDataSource dataSource, MessagingOptions options, InboxRange range, TimeProvider time, ILogger<PartitionKeeper> logger)
    : BackgroundLoop(time)
{
    private const long LockKey = 0x53_75_69_74_66;
    private const int OutboxDaysAhead = 7;
    private const int InboxWeeksAhead = 2;

    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    private const string List =
        """
        SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = to_regclass($1) AND NOT i.inhdetachpending ORDER BY c.relname
        """;

    private const string Unsent =
        """
        SELECT EXISTS (SELECT FROM outbox_shard s CROSS JOIN LATERAL (
            SELECT FROM {0} r WHERE r.shard = s.shard AND r.xid >= pg_snapshot_xmin(s.seen) AND NOT pg_visible_in_snapshot(r.xid, s.seen) LIMIT 1) r)
        """;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        // Before anything writes.
        await KeepAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override TimeSpan Pause => Interval;

    protected override TimeSpan PauseAfterFailure => Soon;

    // The start has just done it.
    protected override TimeSpan FirstAfter => Interval;

    protected override async Task<bool> WorkAsync(CancellationToken cancellationToken)
    {
        await KeepAsync(cancellationToken);
        return false;
    }

    protected override void Failed(Exception exception) => MessagingLog.PartitionsNeglected(logger, exception);

    /// <summary>Makes and drops what is due. Safe in several replicas at once.</summary>
    internal async Task KeepAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await ExecuteAsync(connection, $"SELECT pg_advisory_lock({LockKey})", cancellationToken);
        try
        {
            var today = DateOnly.FromDateTime(Clock.GetUtcNow().UtcDateTime);
            var firstDay = today.AddDays(-(int)Math.Ceiling(options.OutboxRetention.TotalDays));
            await KeepOutboxAsync(connection, today, firstDay, cancellationToken);

            var firstWeek = Monday(today.AddDays(-(int)Math.Ceiling(options.InboxRetention.TotalDays)));
            var endWeek = Monday(today).AddDays(7 * (InboxWeeksAhead + 1));
            await KeepInboxAsync(connection, firstWeek, endWeek, cancellationToken);
            range.Set(firstWeek, endWeek);
        }
        finally
        {
            await ExecuteAsync(connection, $"SELECT pg_advisory_unlock({LockKey})", CancellationToken.None);
        }
    }

    private async Task KeepOutboxAsync(NpgsqlConnection connection, DateOnly today, DateOnly first, CancellationToken cancellationToken)
    {
        var there = await ListAsync(connection, "outbox", cancellationToken);
        // The last day is there for a clock that is a little behind; a database that was away for long gets no gaps to fill.
        for (var day = today.AddDays(-1); day <= today.AddDays(OutboxDaysAhead); day = day.AddDays(1))
        {
            var name = $"outbox_{day:yyyyMMdd}";
            if (!there.Contains(name))
            {
                await AttachAsync(connection, "outbox", name, $"'{day:yyyy-MM-dd} 00:00:00+00'", $"'{day.AddDays(1):yyyy-MM-dd} 00:00:00+00'", cancellationToken);
            }
        }

        await DropBeforeAsync(connection, "outbox", there, $"outbox_{first:yyyyMMdd}", cancellationToken);
    }

    private async Task KeepInboxAsync(NpgsqlConnection connection, DateOnly first, DateOnly end, CancellationToken cancellationToken)
    {
        var there = await ListAsync(connection, "inbox", cancellationToken);
        for (var week = first; week < end; week = week.AddDays(7))
        {
            var name = $"inbox_{week:yyyyMMdd}";
            if (!there.Contains(name))
            {
                await AttachAsync(
                    connection, "inbox", name, $"'{InboxRange.LowestId(week)}'", $"'{InboxRange.LowestId(week.AddDays(7))}'", cancellationToken);
            }
        }

        await DropBeforeAsync(connection, "inbox", there, $"inbox_{first:yyyyMMdd}", cancellationToken);
    }

    private static async Task AttachAsync(NpgsqlConnection connection, string table, string name, string from, string to, CancellationToken cancellationToken)
    {
        // Attaching takes a weaker lock than creating a partition in one step.
        await ExecuteAsync(connection, $"DROP TABLE IF EXISTS {name}", cancellationToken);
        await ExecuteAsync(connection, $"CREATE TABLE {name} (LIKE {table} INCLUDING DEFAULTS INCLUDING INDEXES)", cancellationToken);
        await ExecuteAsync(connection, $"ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES FROM ({from}) TO ({to})", cancellationToken);
    }

    private async Task DropBeforeAsync(
        NpgsqlConnection connection, string table, IReadOnlyCollection<string> there, string first, CancellationToken cancellationToken)
    {
        foreach (var name in there.Where(n => string.CompareOrdinal(n, first) < 0))
        {
            if (table == "outbox" && await HasUnsentAsync(connection, name, cancellationToken))
            {
                // A broker that has been away for days: kept for as long as it takes.
                continue;
            }

            await ExecuteAsync(connection, $"ALTER TABLE {table} DETACH PARTITION {name} CONCURRENTLY", cancellationToken);
            await ExecuteAsync(connection, $"DROP TABLE {name}", cancellationToken);
            MessagingLog.PartitionDropped(logger, name);
        }
    }

    private static async Task<bool> HasUnsentAsync(NpgsqlConnection connection, string partition, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Unsent.Replace("{0}", partition, StringComparison.Ordinal), connection);
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    private static async Task<HashSet<string>> ListAsync(NpgsqlConnection connection, string table, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(List, connection);
        command.Parameters.Add(new() { Value = table });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var names = new HashSet<string>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken))
        {
            names.Add(reader.GetString(0));
        }

        return names;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static DateOnly Monday(DateOnly day) => day.AddDays(-(((int)day.DayOfWeek + 6) % 7));
}
