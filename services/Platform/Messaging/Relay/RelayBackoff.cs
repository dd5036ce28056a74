using Npgsql;

namespace Suite.Platform.Messaging.Relay;

/// <summary>Puts off shards the broker did not take. When to try again stands in the row, so that replicas do not each try on their own.</summary>
internal static class RelayBackoff
{
    private const string PutOff =
        """
        UPDATE outbox_shard s
        SET attempts = s.attempts + 1,
            next_attempt_time = now() + least(interval '10 seconds', interval '100 milliseconds' * power(2, least(s.attempts, 10)))
        FROM unnest($1::smallint[], $2::bigint[]) AS failed (shard, epoch)
        WHERE s.shard = failed.shard AND s.epoch = failed.epoch
        """;

    public static async Task PutOffAsync(NpgsqlDataSource dataSource, IReadOnlyCollection<ShardLease> leases, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(PutOff);
        command.Parameters.Add(new() { Value = leases.Select(l => l.Shard).ToArray() });
        command.Parameters.Add(new() { Value = leases.Select(l => l.Epoch).ToArray() });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
