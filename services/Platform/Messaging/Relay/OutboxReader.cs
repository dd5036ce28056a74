using System.Globalization;
using Npgsql;
using NpgsqlTypes;

namespace Suite.Platform.Messaging.Relay;

/// <summary>
/// Reads what has become visible since a shard's snapshot. The rows between two snapshots are exactly those that committed
/// between them, whatever their ids: none is skipped, a long transaction holds nobody up, and since a key's writers take turns,
/// the order of ids is the order of commits for each key.
/// </summary>
internal sealed class OutboxReader : IAsyncDisposable
{
    public const int PageSize = 2000;

    private const string Begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

    private const string Header =
        """
        SELECT pg_current_snapshot()::text, coalesce(array_agg(s.shard) FILTER (WHERE s.lease_until > now()), '{}'),
               coalesce(array_agg(s.shard) FILTER (WHERE s.next_attempt_time > now()), '{}')
        FROM unnest($1::smallint[], $2::bigint[]) AS held (shard, epoch)
        JOIN outbox_shard s ON s.shard = held.shard AND s.epoch = held.epoch AND s.owner = $3
        """;

    private const string Columns =
        "o.id, o.shard, o.event_id, o.topic, o.key, o.type, o.payload, o.traceparent, o.tracestate, o.baggage, o.create_time, o.extra::text";

    // The lateral query and the settings of this connection make sure of the index, whatever the statistics of a table that
    // was empty a moment ago.
    private const string FirstPage =
        $"""
        SELECT {Columns}
        FROM (
            SELECT held.shard, held.seen FROM unnest($1::smallint[], $2::bigint[], $3::text[]::pg_snapshot[]) AS held (shard, epoch, seen)
            JOIN outbox_shard s ON s.shard = held.shard AND s.epoch = held.epoch AND s.owner = $4
                AND s.lease_until > now() AND s.next_attempt_time <= now()
        ) held
        CROSS JOIN LATERAL (
            SELECT * FROM outbox r
            WHERE r.shard = held.shard AND r.xid >= pg_snapshot_xmin(held.seen) AND NOT pg_visible_in_snapshot(r.xid, held.seen)
            ORDER BY r.id LIMIT $5
        ) o
        ORDER BY o.id LIMIT $5
        """;

    // What a long backlog has more than a page is read and sorted once; a page by itself would look at all of it again. The
    // cursor is held by this connection: the transaction that declares it has ended before a page of it is sent.
    private const string DeclareRest =
        $"""
        DECLARE outbox_rest NO SCROLL CURSOR WITH HOLD FOR
        SELECT {Columns}
        FROM unnest($1::smallint[], $2::text[]::pg_snapshot[]) AS held (shard, seen)
        CROSS JOIN LATERAL (
            SELECT * FROM outbox r
            WHERE r.shard = held.shard AND r.xid >= pg_snapshot_xmin(held.seen) AND NOT pg_visible_in_snapshot(r.xid, held.seen)
              AND r.xid < pg_snapshot_xmax($3::text::pg_snapshot) AND pg_visible_in_snapshot(r.xid, $3::text::pg_snapshot)
              AND r.id > $4
            OFFSET 0
        ) o
        ORDER BY o.id
        """;

    private static readonly string s_fetchRest = string.Create(CultureInfo.InvariantCulture, $"FETCH {PageSize} FROM outbox_rest");

    private const string CloseRest = "CLOSE outbox_rest";

    private const string Store =
        """
        UPDATE outbox_shard s SET seen = sent.seen, attempts = 0
        FROM unnest($1::smallint[], $2::bigint[], $3::text[]::pg_snapshot[]) AS sent (shard, epoch, seen)
        WHERE s.shard = sent.shard AND s.epoch = sent.epoch
        """;

    private const string StoreOffsets =
        """
        INSERT INTO outbox_offset (topic, partition, last_offset) SELECT * FROM unnest($1::text[], $2::int[], $3::bigint[])
        ON CONFLICT (topic, partition) DO UPDATE SET last_offset = greatest(outbox_offset.last_offset, excluded.last_offset)
        """;

    // Losing these writes costs sending some rows twice, which the inbox knows.
    private const string Settings =
        """
        SET synchronous_commit = off; SET enable_seqscan = off; SET enable_bitmapscan = off;
        SET enable_hashjoin = off; SET enable_mergejoin = off; SET jit = off
        """;

    private readonly NpgsqlConnection _connection;
    private bool _hasRest;

    private OutboxReader(NpgsqlConnection connection) => _connection = connection;

    public static async Task<OutboxReader> OpenAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken)
    {
        var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand(Settings, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
        return new OutboxReader(connection);
    }

    /// <summary>What one reading found.</summary>
    /// <param name="Snapshot">The snapshot it was read in.</param>
    /// <param name="Valid">The shards whose lease holds.</param>
    /// <param name="Waiting">The shards whose next attempt is not due.</param>
    public readonly record struct Reading(string Snapshot, IReadOnlySet<short> Valid, IReadOnlySet<short> Waiting);

    /// <summary>Fills <paramref name="page"/> with the first rows that its shards have not read, in order of id.</summary>
    /// <param name="owner">Who holds the leases.</param>
    /// <param name="page">The page to fill.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<Reading> ReadAsync(Guid owner, RelayPage page, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(_connection);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Begin));
        batch.BatchCommands.Add(HeaderOf(owner, page));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(FirstPage)
        {
            Parameters =
            {
                new() { Value = page.Shards.Select(s => s.Shard).ToArray() },
                new() { Value = page.Shards.Select(s => s.Epoch).ToArray() },
                Snapshots(page.Shards.Select(s => s.Read)),
                new() { Value = owner },
                new() { Value = (long)PageSize },
            },
        });
        batch.BatchCommands.Add(new NpgsqlBatchCommand("COMMIT"));
        if (_hasRest)
        {
            // A statement before would keep the transaction from choosing its isolation.
            batch.BatchCommands.Add(new NpgsqlBatchCommand(CloseRest));
        }

        var reading = await ReadAsync(batch, page, cancellationToken);
        _hasRest = false;
        return reading;
    }

    /// <summary>Fills <paramref name="page"/> with the rows that follow on the page before, which was full.</summary>
    /// <param name="owner">Who holds the leases.</param>
    /// <param name="page">The page to fill, for the shards whose turn it was on the first page.</param>
    /// <param name="within">The snapshot in which the first page was read.</param>
    /// <param name="afterId">The last id that was read within that snapshot.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<Reading> ReadOnAsync(Guid owner, RelayPage page, string within, long afterId, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(_connection);
        if (!_hasRest)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(DeclareRest)
            {
                Parameters =
                {
                    new() { Value = page.Shards.Select(s => s.Shard).ToArray() },
                    Snapshots(page.Shards.Select(s => s.Read)),
                    new() { Value = within },
                    new() { Value = afterId },
                },
            });
        }

        batch.BatchCommands.Add(HeaderOf(owner, page));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(s_fetchRest));
        var reading = await ReadAsync(batch, page, cancellationToken);
        _hasRest = true;
        return reading;
    }

    /// <summary>Records how far shards were sent, and the offsets the broker gave.</summary>
    public async Task StoreAsync(
        IReadOnlyCollection<ShardLease> leases, IReadOnlyCollection<KeyValuePair<(string Topic, int Partition), long>> offsets, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(_connection);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Store)
        {
            Parameters =
            {
                new() { Value = leases.Select(l => l.Shard).ToArray() },
                new() { Value = leases.Select(l => l.Epoch).ToArray() },
                Snapshots(leases.Select(l => l.Sent)),
            },
        });
        if (offsets.Count > 0)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(StoreOffsets)
            {
                Parameters =
                {
                    new() { Value = offsets.Select(o => o.Key.Topic).ToArray() },
                    new() { Value = offsets.Select(o => o.Key.Partition).ToArray() },
                    new() { Value = offsets.Select(o => o.Value).ToArray() },
                },
            });
        }

        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private static NpgsqlBatchCommand HeaderOf(Guid owner, RelayPage page) => new(Header)
    {
        Parameters =
        {
            new() { Value = page.Shards.Select(s => s.Shard).ToArray() },
            new() { Value = page.Shards.Select(s => s.Epoch).ToArray() },
            new() { Value = owner },
        },
    };

    private static async Task<Reading> ReadAsync(NpgsqlBatch batch, RelayPage page, CancellationToken cancellationToken)
    {
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var reading = new Reading(
            reader.GetString(0),
            reader.GetFieldValue<short[]>(1).ToHashSet(),
            reader.GetFieldValue<short[]>(2).ToHashSet());
        await reader.NextResultAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            page.Messages.Add(Read(reader, page));
        }

        return reading;
    }

    private static OutboxMessage Read(NpgsqlDataReader reader, RelayPage page) => new(
        page,
        reader.GetInt64(0),
        new OutboxRow(
            reader.GetGuid(2),
            reader.GetInt16(1),
            reader.GetString(3),
            reader.GetString(4),
            reader.GetString(5),
            reader.GetFieldValue<byte[]>(6),
            reader.IsDBNull(7) ? null : reader.GetString(7),
            reader.IsDBNull(8) ? null : reader.GetString(8),
            reader.IsDBNull(9) ? null : reader.GetString(9)),
        reader.GetFieldValue<DateTimeOffset>(10),
        reader.IsDBNull(11) ? null : reader.GetString(11));

    private static NpgsqlParameter Snapshots(IEnumerable<string> snapshots) =>
        new() { Value = snapshots.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text };
}
