using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Suite.Platform.Messaging.Inbox;

namespace Suite.Platform.Messaging;

/// <summary>The parking lot's writing side: a message that failed also goes to <c>&lt;topic&gt;.dlq</c>, through the outbox.</summary>
internal static class DeadLetters
{
    /// <summary>The reason of a message that waits behind another one of its key.</summary>
    public const string WaitsBehind = "earlier_message_parked";

    private const string Park =
        """
        WITH parked AS (
            SELECT * FROM unnest($2::text[], $3::text[], $4::uuid[], $5::text[], $6::timestamptz[], $7::bytea[], $8::text[], $9::text[], $10::text[],
                $11::smallint[], $12::text[], $13::int[], $14::smallint[], $15::jsonb[])
                WITH ORDINALITY AS p (topic, key, message_id, type, event_time, body, traceparent, tracestate, baggage, kind, reason, attempts, shard, extra, place)
        ), kept AS (
            INSERT INTO dead_letter
                (consumer, topic, key, message_id, type, event_time, body, traceparent, tracestate, baggage, kind, reason, attempts)
            SELECT $1, topic, key, message_id, type, event_time, body, traceparent, tracestate, baggage, kind, reason, attempts
            FROM parked ORDER BY place
            ON CONFLICT (consumer, message_id) DO NOTHING
            RETURNING message_id
        )
        INSERT INTO outbox (event_id, shard, topic, key, type, payload, traceparent, tracestate, baggage, extra)
        SELECT message_id, shard, topic || '.dlq', key, type, body, traceparent, tracestate, baggage, extra
        FROM parked JOIN kept USING (message_id) WHERE kind = 1 ORDER BY place
        """;

    /// <summary>The topic for what can not be processed of <paramref name="topic"/>.</summary>
    public static string TopicOf(string topic) => topic + ".dlq";

    /// <summary>Parks messages in the caller's transaction; one that is parked already stays as it is.</summary>
    public static async Task ParkAsync(
        string consumer, IReadOnlyList<ParkedMessage> parked, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Park, transaction.Connection, transaction);
        var p = command.Parameters;
        p.Add(new() { Value = consumer });
        p.Add(new() { Value = parked.Select(m => m.Message.Topic).ToArray() });
        p.Add(new() { Value = parked.Select(m => m.Message.Key).ToArray() });
        p.Add(new() { Value = parked.Select(m => m.Message.Id).ToArray() });
        p.Add(new() { Value = parked.Select(m => m.Message.Type).ToArray() });
        p.Add(new() { Value = parked.Select(m => m.Message.Time).ToArray() });
        p.Add(new() { Value = parked.Select(m => m.Message.Body.ToArray()).ToArray() });
        p.Add(Texts(parked.Select(m => m.Message.TraceParent)));
        p.Add(Texts(parked.Select(m => m.Message.TraceState)));
        p.Add(Texts(parked.Select(m => m.Message.Baggage)));
        p.Add(new() { Value = parked.Select(m => (short)m.Kind).ToArray() });
        p.Add(new() { Value = parked.Select(m => m.Reason).ToArray() });
        p.Add(new() { Value = parked.Select(m => m.Attempts).ToArray() });
        p.Add(new() { Value = parked.Select(m => Outbox.ShardOf(m.Message.Key)).ToArray() });
        p.Add(new() { Value = parked.Select(m => Extra(consumer, m)).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Jsonb });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static string Extra(string consumer, ParkedMessage parked) => JsonSerializer.Serialize(
        new Dictionary<string, string> { ["suite-consumer"] = consumer, ["suite-reason"] = parked.Reason });

    private static NpgsqlParameter Texts(IEnumerable<string?> values) =>
        new() { Value = values.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text };
}
