using Microsoft.Extensions.Logging;
using Npgsql;
using Suite.Platform.Hosting;
using Suite.Platform.Messaging.Inbox;
using Suite.Platform.Messaging.Relay;

namespace Suite.Platform.Messaging;

/// <summary>Counts every few seconds what waits in the outbox and in the parking lot, so that a scrape asks no database.</summary>
internal sealed class MessagingWatch(
    NpgsqlDataSource dataSource, RelayOwner owner, IEnumerable<ConsumerRegistration> consumers, MessagingMetrics metrics, TimeProvider time,
    ILogger<MessagingWatch> logger) : BackgroundLoop(time)
{
    // A shard that nobody holds counts with everybody: better told twice than by nobody.
    private const string Outbox =
        """
        SELECT count(*), greatest(0, coalesce(extract(epoch FROM now() - min(o.create_time)), 0))::float8
        FROM outbox_shard s
        CROSS JOIN LATERAL (
            SELECT r.create_time FROM outbox r
            WHERE r.shard = s.shard AND r.xid >= pg_snapshot_xmin(s.seen) AND NOT pg_visible_in_snapshot(r.xid, s.seen)
            ORDER BY r.xid LIMIT 10000
        ) o
        WHERE s.owner = $1 OR s.lease_until < now()
        """;

    private const string Letters =
        """
        SELECT consumer, kind, count(*) FROM dead_letter
        WHERE EXISTS (SELECT FROM outbox_shard WHERE shard = 0 AND owner = $1)
        GROUP BY consumer, kind
        UNION ALL
        SELECT '', 0, 0 FROM outbox_shard WHERE shard = 0 AND owner = $1
        """;

    private readonly string[] _consumers = [.. consumers.Select(c => c.Name)];

    protected override TimeSpan Pause => TimeSpan.FromSeconds(5);

    protected override TimeSpan FirstAfter => TimeSpan.FromSeconds(1);

    protected override async Task<bool> WorkAsync(CancellationToken cancellationToken)
    {
        await using var batch = dataSource.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Outbox) { Parameters = { new() { Value = owner.Id } } });
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Letters) { Parameters = { new() { Value = owner.Id } } });
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var outbox = new OutboxState(reader.GetInt64(0), TimeSpan.FromSeconds(reader.GetDouble(1)));

        await reader.NextResultAsync(cancellationToken);
        var counts = new Dictionary<(string Consumer, DeadLetterKind Kind), long>();
        var isTeller = false;
        while (await reader.ReadAsync(cancellationToken))
        {
            if (reader.GetString(0).Length == 0)
            {
                isTeller = true;
            }
            else
            {
                counts[(reader.GetString(0), (DeadLetterKind)reader.GetInt16(1))] = reader.GetInt64(2);
            }
        }

        metrics.Waiting(outbox, isTeller ? Told(counts) : []);
        return false;
    }

    protected override void Failed(Exception exception) => MessagingLog.NotCounted(logger, exception.GetType().Name);

    /// <summary>Every consumer of ours and both kinds, so that an alert sees a 0 and not nothing; and whoever was a consumer once.</summary>
    private List<ParkedCount> Told(Dictionary<(string Consumer, DeadLetterKind Kind), long> counts) =>
    [
        .. from consumer in _consumers.Concat(counts.Keys.Select(k => k.Consumer)).Distinct()
           from kind in new[] { DeadLetterKind.Failed, DeadLetterKind.Waiting }
           select new ParkedCount(consumer, kind == DeadLetterKind.Failed ? "failed" : "waiting", counts.GetValueOrDefault((consumer, kind))),
    ];
}
