using System.Text;
using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Suite.Contracts.Ops.V1;

namespace Suite.Platform.Messaging.Inbox;

/// <summary>What people see of parked messages, and how they ask for another attempt.</summary>
internal sealed class ParkingLot(NpgsqlDataSource dataSource)
{
    private const string Page =
        """
        SELECT id, consumer, topic, key, message_id, type, kind, reason, attempts, park_time
        FROM dead_letter WHERE id > $1 ORDER BY id LIMIT $2
        """;

    // The head of each key that has a match; what waits behind it follows by itself.
    private const string Mark =
        """
        WITH matching AS (
            SELECT DISTINCT consumer, key FROM dead_letter
            WHERE ($1 = '' OR key = $1) AND ($2 = '' OR type = $2)
              AND ($3::timestamptz IS NULL OR park_time >= $3) AND ($4::timestamptz IS NULL OR park_time < $4)
        ), heads AS (
            SELECT min(d.id) AS id, count(*) AS parked FROM dead_letter d JOIN matching USING (consumer, key) GROUP BY consumer, key
        ), marked AS (
            UPDATE dead_letter d SET next_attempt_time = now() FROM heads WHERE d.id = heads.id
        ), total AS (
            SELECT coalesce(sum(parked), 0)::int AS count FROM heads
        ), audit AS (
            INSERT INTO dead_letter_replay (request_id, note, conditions, marked_count) SELECT $5, $6, $7, count FROM total
        )
        SELECT count FROM total
        """;

    public async Task<IReadOnlyList<DeadLetter>> PageAsync(long after, int count, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(Page);
        command.Parameters.Add(new() { Value = after });
        command.Parameters.Add(new() { Value = count });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var letters = new List<DeadLetter>();
        while (await reader.ReadAsync(cancellationToken))
        {
            letters.Add(new DeadLetter
            {
                Id = reader.GetInt64(0),
                Consumer = reader.GetString(1),
                Topic = reader.GetString(2),
                Key = reader.GetString(3),
                MessageId = reader.GetGuid(4).ToString(),
                Type = reader.GetString(5),
                Kind = (DeadLetter.Types.Kind)reader.GetInt16(6),
                Reason = reader.GetString(7),
                Attempts = reader.GetInt32(8),
                ParkTime = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(reader.GetFieldValue<DateTimeOffset>(9)),
            });
        }

        return letters;
    }

    /// <summary>Marks what matches for another attempt and leaves an audit record, in the caller's transaction.</summary>
    /// <returns>How many messages will be attempted.</returns>
    public static async Task<int> MarkAsync(ReplayDeadLettersRequest request, Guid requestId, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Mark, transaction.Connection, transaction);
        command.Parameters.Add(new() { Value = request.Key });
        command.Parameters.Add(new() { Value = request.Type });
        command.Parameters.Add(Time(request.StartTime));
        command.Parameters.Add(Time(request.EndTime));
        command.Parameters.Add(new() { Value = requestId });
        command.Parameters.Add(new() { Value = request.Note });
        command.Parameters.Add(new() { Value = Conditions(request), NpgsqlDbType = NpgsqlDbType.Jsonb });
        return (int)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static NpgsqlParameter Time(Google.Protobuf.WellKnownTypes.Timestamp? time) =>
        new() { Value = (object?)time?.ToDateTimeOffset() ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz };

    private static string Conditions(ReplayDeadLettersRequest request)
    {
        using var body = new MemoryStream();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteString("key", request.Key);
            json.WriteString("type", request.Type);
            json.WriteString("start_time", request.StartTime?.ToString());
            json.WriteString("end_time", request.EndTime?.ToString());
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(body.ToArray());
    }
}
