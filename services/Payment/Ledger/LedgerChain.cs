using Npgsql;
using NpgsqlTypes;

namespace Suite.Payments.Ledger;

/// <summary>
/// Seals transactions into the hash chain of their shard, after they have committed. What is sealed next is what is visible now and was not
/// in the snapshot that the shard was sealed up to, in order of their sequence: one that commits late, with a lower sequence, is sealed in
/// its turn, neither skipped nor twice (docs/decisions/0002 tells why numbers do not do). A shard is sealed by one replica at a time.
/// </summary>
internal sealed class LedgerChain(NpgsqlDataSource dataSource)
{
    // Losing the last seals in a crash costs making them again.
    private const string Settings =
        "SET LOCAL synchronous_commit = off; SET LOCAL statement_timeout = 0; SET LOCAL enable_seqscan = off; SET LOCAL jit = off";

    private const string FindWork =
        """
        SELECT s.shard FROM ledger_shards s
        WHERE EXISTS (
            SELECT FROM ledger_transactions t
            WHERE t.shard = s.shard AND t.xid >= pg_snapshot_xmin(s.seen) AND NOT pg_visible_in_snapshot(t.xid, s.seen))
        ORDER BY s.shard
        """;

    private const string LockShard =
        "SELECT pg_current_snapshot()::text, seen::text, position, hash FROM ledger_shards WHERE shard = $1 FOR UPDATE SKIP LOCKED";

    // Rows that are in the chain already are found again when a database was restored, where numbers of transactions begin anew.
    private const string ReadNew =
        $"""
        SELECT {StoredTransaction.Columns}
        FROM (
            SELECT * FROM ledger_transactions n
            WHERE n.shard = $1 AND n.xid >= pg_snapshot_xmin($2::text::pg_snapshot) AND NOT pg_visible_in_snapshot(n.xid, $2::text::pg_snapshot)
              AND NOT EXISTS (SELECT FROM ledger_chain c WHERE c.transaction_id = n.id)
        ) t
        LEFT JOIN ledger_entries e ON e.transaction_id = t.id
        ORDER BY t.sequence, e.line
        """;

    private const string Append =
        """
        INSERT INTO ledger_chain (shard, position, transaction_id, hash)
        SELECT $1, sealed.position, sealed.transaction_id, sealed.hash
        FROM unnest($2::bigint[], $3::uuid[], $4::bytea[]) AS sealed (position, transaction_id, hash)
        """;

    private const string Advance =
        "UPDATE ledger_shards SET seen = $2::text::pg_snapshot, position = $3, hash = $4 WHERE shard = $1";

    private const int BatchSize = 5000;

    /// <summary>Seals whatever has committed.</summary>
    /// <returns>How many transactions were sealed.</returns>
    public async Task<int> SealAsync(CancellationToken cancellationToken)
    {
        var shards = new List<short>();
        await using (var command = dataSource.CreateCommand(FindWork))
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                shards.Add(reader.GetInt16(0));
            }
        }

        var count = 0;
        foreach (var shard in shards)
        {
            try
            {
                count += await SealAsync(shard, cancellationToken);
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.SerializationFailure)
            {
                // Another replica sealed it in this moment.
            }
        }

        return count;
    }

    private async Task<int> SealAsync(short shard, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        // One snapshot for all of it: the one that is stored is the one that was read in.
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken);
        await using (var settings = new NpgsqlCommand(Settings, connection, transaction))
        {
            await settings.ExecuteNonQueryAsync(cancellationToken);
        }

        if (await LockAsync(shard, transaction, cancellationToken) is not var (now, seen, position, hash))
        {
            return 0;
        }

        var (ids, hashes) = (new List<Guid>(), new List<byte[]>());
        await using (var read = new NpgsqlCommand(ReadNew, connection, transaction) { Parameters = { new() { Value = shard }, Text(seen) } })
        await using (var reader = await read.ExecuteReaderAsync(cancellationToken))
        {
            await foreach (var next in StoredTransaction.ReadAllAsync(reader, cancellationToken))
            {
                hash = LedgerHash.Of(hash, next);
                ids.Add(next.Id);
                hashes.Add(hash);
            }
        }

        for (var done = 0; done < ids.Count; done += BatchSize)
        {
            var size = Math.Min(BatchSize, ids.Count - done);
            await using var append = new NpgsqlCommand(Append, connection, transaction);
            append.Parameters.Add(new() { Value = shard });
            append.Parameters.Add(new() { Value = Enumerable.Range(1, size).Select(i => position + done + i).ToArray() });
            append.Parameters.Add(new() { Value = ids.GetRange(done, size) });
            append.Parameters.Add(new() { Value = hashes.GetRange(done, size) });
            await append.ExecuteNonQueryAsync(cancellationToken);
        }

        await using (var advance = new NpgsqlCommand(Advance, connection, transaction))
        {
            advance.Parameters.Add(new() { Value = shard });
            advance.Parameters.Add(Text(now));
            advance.Parameters.Add(new() { Value = position + ids.Count });
            advance.Parameters.Add(new() { Value = hash });
            await advance.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return ids.Count;
    }

    private static async Task<(string Now, string Seen, long Position, byte[] Hash)?> LockAsync(
        short shard, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(LockShard, transaction.Connection, transaction) { Parameters = { new() { Value = shard } } };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? (reader.GetString(0), reader.GetString(1), reader.GetInt64(2), reader.GetFieldValue<byte[]>(3))
            : null;
    }

    private static NpgsqlParameter Text(string value) => new() { Value = value, NpgsqlDbType = NpgsqlDbType.Text };
}
