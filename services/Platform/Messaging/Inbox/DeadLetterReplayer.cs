using Microsoft.Extensions.Logging;
using Npgsql;
using Suite.Platform.Hosting;
using Suite.Platform.Postgres;
using Suite.Platform.Telemetry;

namespace Suite.Platform.Messaging.Inbox;

/// <summary>
/// Attempts parked messages that are due, each key in its order: the effect and the leaving of the parking lot commit together,
/// and what waited behind follows. A message that fails again stays.
/// </summary>
internal sealed class DeadLetterReplayer(
    NpgsqlDataSource dataSource, IEnumerable<ConsumerRegistration> consumers, TimeProvider time, ILogger<DeadLetterReplayer> logger) : BackgroundLoop(time)
{
    private const string Due =
        """
        SELECT consumer, key FROM dead_letter WHERE next_attempt_time <= now() AND consumer = ANY($1)
        ORDER BY next_attempt_time LIMIT 1 FOR UPDATE SKIP LOCKED
        """;

    private const string Head =
        """
        SELECT id, topic, message_id, type, event_time, body, traceparent, tracestate, baggage
        FROM dead_letter WHERE consumer = $1 AND key = $2 ORDER BY id LIMIT 1 FOR UPDATE
        """;

    private const string Leave = "DELETE FROM dead_letter WHERE id = $1";

    private const string Next =
        "UPDATE dead_letter SET next_attempt_time = now() WHERE id = (SELECT min(id) FROM dead_letter WHERE consumer = $1 AND key = $2)";

    // All marks of the key: a mark behind a head that failed must not make it due again.
    private const string Stay =
        """
        UPDATE dead_letter SET next_attempt_time = CASE WHEN id = $3 THEN now() + $4 END,
            kind = CASE WHEN id = $3 AND $4 IS NULL THEN 1 ELSE kind END,
            reason = CASE WHEN id = $3 THEN $5 ELSE reason END, attempts = attempts + CASE WHEN id = $3 THEN 1 ELSE 0 END
        WHERE consumer = $1 AND key = $2
        """;

    // Parked behind a message that left at the same moment.
    private const string Orphans =
        """
        UPDATE dead_letter d SET next_attempt_time = now()
        WHERE kind = 2 AND next_attempt_time IS NULL
          AND NOT EXISTS (SELECT FROM dead_letter h WHERE h.consumer = d.consumer AND h.key = d.key AND h.id < d.id)
        """;

    // Nothing parked is what is found nearly always, and costs one round trip.
    private const string Any = "SELECT EXISTS (SELECT FROM dead_letter)";

    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan TryAgain = TimeSpan.FromSeconds(2);

    private readonly Dictionary<string, ConsumerRegistration> _consumers = consumers.ToDictionary(c => c.Name);

    protected override TimeSpan Pause => Look;

    protected override async Task<bool> WorkAsync(CancellationToken cancellationToken)
    {
        await using (var command = dataSource.CreateCommand(Any))
        {
            if (await command.ExecuteScalarAsync(cancellationToken) is not true)
            {
                return false;
            }
        }

        await AdoptAsync(cancellationToken);
        return await AttemptAsync(cancellationToken);
    }

    protected override void Failed(Exception exception) => MessagingLog.ReplayerBroke(logger, exception);

    /// <summary>Attempts the first message of one key that is due.</summary>
    /// <returns>False when nothing is due.</returns>
    internal async Task<bool> AttemptAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await DueAsync(transaction, cancellationToken) is not var (consumer, key)
            || await HeadAsync(consumer, key, transaction, cancellationToken) is not var (id, message))
        {
            return false;
        }

        using var span = MessagingTelemetry.StartProcess(consumer.Name, message, batch: null);
        IReadOnlyList<IncomingMessage> applied = [span is null ? message : message with { TraceParent = span.Id }];
        try
        {
            await consumer.Handler.HandleAsync(applied, transaction, cancellationToken);
            await ExecuteAsync(transaction, Leave, cancellationToken, id);
            await ExecuteAsync(transaction, Next, cancellationToken, consumer.Name, key);
            await transaction.CommitAsync(cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            span.Fail(PassingFault.Reason(e));
            await transaction.RollbackAsync(CancellationToken.None);
            await StayAsync(consumer, key, id, message, e, cancellationToken);
            return true;
        }

        MessagingLog.Replayed(logger, consumer.Name, message.Id);
        consumer.Handler.Committed(applied);
        return true;
    }

    private Task StayAsync(ConsumerRegistration consumer, string key, long id, IncomingMessage message, Exception cause, CancellationToken cancellationToken)
    {
        var reason = PassingFault.Reason(cause);
        MessagingLog.ReplayFailed(logger, consumer.Name, message.Id, reason, cause);
        return dataSource.InTransactionAsync(
            async (transaction, token) =>
            {
                await using var command = new NpgsqlCommand(Stay, transaction.Connection, transaction);
                command.Parameters.Add(new() { Value = consumer.Name });
                command.Parameters.Add(new() { Value = key });
                command.Parameters.Add(new() { Value = id });
                command.Parameters.Add(new() { Value = PassingFault.Is(cause) ? TryAgain : DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Interval });
                command.Parameters.Add(new() { Value = reason });
                await command.ExecuteNonQueryAsync(token);
            },
            cancellationToken);
    }

    private async Task AdoptAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(Orphans);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<(ConsumerRegistration Consumer, string Key)?> DueAsync(NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Due, transaction.Connection, transaction);
        command.Parameters.Add(new() { Value = _consumers.Keys.ToArray() });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? (_consumers[reader.GetString(0)], reader.GetString(1)) : null;
    }

    private static async Task<(long Id, IncomingMessage Message)?> HeadAsync(
        ConsumerRegistration consumer, string key, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Head, transaction.Connection, transaction);
        command.Parameters.Add(new() { Value = consumer.Name });
        command.Parameters.Add(new() { Value = key });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            return null;
        }

        return (reader.GetInt64(0), new IncomingMessage
        {
            Id = reader.GetGuid(2),
            Type = reader.GetString(3),
            Topic = reader.GetString(1),
            Key = key,
            Body = reader.GetFieldValue<byte[]>(5),
            Time = reader.GetFieldValue<DateTimeOffset>(4),
            TraceParent = reader.IsDBNull(6) ? null : reader.GetString(6),
            TraceState = reader.IsDBNull(7) ? null : reader.GetString(7),
            Baggage = reader.IsDBNull(8) ? null : reader.GetString(8),
        });
    }

    private static async Task ExecuteAsync(NpgsqlTransaction transaction, string sql, CancellationToken cancellationToken, params object[] values)
    {
        await using var command = new NpgsqlCommand(sql, transaction.Connection, transaction);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
