using Npgsql;

namespace Suite.Platform.Messaging.Relay;

/// <summary>
/// Shares the shards between the replicas of a service: each holds its part by a lease, takes what is free, and gives back what
/// is more than its part.
/// </summary>
internal sealed class ShardLeases(NpgsqlDataSource dataSource, MessagingOptions options)
{
    private const string StayAlive =
        """
        INSERT INTO outbox_relay (owner, alive_until) VALUES ($1, now() + $2)
        ON CONFLICT (owner) DO UPDATE SET alive_until = excluded.alive_until
        """;

    private const string ForgetDead = "DELETE FROM outbox_relay WHERE alive_until < now() - interval '1 minute'";

    // A lease that ran out and that nobody took is still ours: its epoch is unchanged.
    private const string Renew = "UPDATE outbox_shard SET lease_until = now() + $2 WHERE owner = $1";

    private const string Take =
        """
        WITH free AS (
            SELECT shard FROM outbox_shard
            WHERE owner IS NULL OR (owner <> $1 AND lease_until < now())
            ORDER BY shard
            LIMIT greatest(0, (SELECT ceil(16.0 / greatest(1, count(*))) FROM outbox_relay WHERE alive_until > now())
                - (SELECT count(*) FROM outbox_shard WHERE owner = $1))
            FOR UPDATE SKIP LOCKED
        )
        UPDATE outbox_shard s SET owner = $1, epoch = s.epoch + 1, lease_until = now() + $2 FROM free WHERE s.shard = free.shard
        """;

    private const string Mine =
        """
        SELECT shard, epoch, seen::text, (SELECT count(*) FROM outbox_relay WHERE alive_until > now())
        FROM outbox_shard WHERE owner = $1 ORDER BY shard
        """;

    private const string Release =
        """
        UPDATE outbox_shard s SET owner = NULL, lease_until = '-infinity'
        FROM unnest($2::smallint[], $3::bigint[]) AS held (shard, epoch)
        WHERE s.shard = held.shard AND s.owner = $1 AND s.epoch = held.epoch
        """;

    private const string Leave = "DELETE FROM outbox_relay WHERE owner = $1";

    /// <summary>Renews what this process holds and takes its part of what is free.</summary>
    /// <returns>All it holds now, and how many replicas are alive.</returns>
    public async Task<(IReadOnlyList<ShardLease> Held, int Replicas)> RenewAsync(Guid owner, CancellationToken cancellationToken)
    {
        await using var batch = dataSource.CreateBatch();
        batch.BatchCommands.Add(Command(StayAlive, owner, options.Lease));
        batch.BatchCommands.Add(Command(ForgetDead));
        batch.BatchCommands.Add(Command(Renew, owner, options.Lease));
        batch.BatchCommands.Add(Command(Take, owner, options.Lease));
        batch.BatchCommands.Add(Command(Mine, owner));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var held = new List<ShardLease>();
        var replicas = 1;
        while (await reader.ReadAsync(cancellationToken))
        {
            held.Add(new ShardLease(reader.GetInt16(0), reader.GetInt64(1), reader.GetString(2)));
            replicas = (int)reader.GetInt64(3);
        }

        return (held, replicas);
    }

    /// <summary>Gives shards back. Their rows must not be on the way any more.</summary>
    public async Task ReleaseAsync(Guid owner, IReadOnlyCollection<ShardLease> leases, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(Release);
        command.Parameters.Add(new() { Value = owner });
        command.Parameters.Add(new() { Value = leases.Select(l => l.Shard).ToArray() });
        command.Parameters.Add(new() { Value = leases.Select(l => l.Epoch).ToArray() });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Says that this process relays no more.</summary>
    public async Task LeaveAsync(Guid owner, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(Leave);
        command.Parameters.Add(new() { Value = owner });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static NpgsqlBatchCommand Command(string sql, params object[] values)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        return command;
    }
}
