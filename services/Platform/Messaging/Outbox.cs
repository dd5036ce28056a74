using System.Text;
using Google.Protobuf;
using Npgsql;
using NpgsqlTypes;
using Suite.Platform.Messaging.Relay;
using Suite.Platform.Telemetry;

namespace Suite.Platform.Messaging;

/// <summary>Writes events beside their effect; <see cref="OutboxRelay"/> publishes them.</summary>
internal sealed class Outbox(RelaySignal signal, TimeProvider time) : IOutbox
{
    public const int Shards = 16;

    /// <summary>Below what brokers take by default (1 MB): an event no broker takes has to fail its transaction, not the relay.</summary>
    private const int MostPayloadBytes = 900_000;

    private const string Insert =
        $"""
        INSERT INTO outbox ({OutboxRow.Columns})
        SELECT * FROM unnest($1::uuid[], $2::smallint[], $3::text[], $4::text[], $5::text[], $6::bytea[], $7::text[], $8::text[], $9::text[])
        """;

    public OutboxRow Prepare(OutgoingEvent outgoing)
    {
        var payload = outgoing.Body.ToByteArray();
        if (payload.Length > MostPayloadBytes)
        {
            throw new InvalidOperationException($"An event of {payload.Length} bytes is larger than brokers take ({MostPayloadBytes}).");
        }

        var trace = outgoing.Cause is { } cause ? TraceContext.Of(cause) : TraceContext.OfCurrent();
        return new OutboxRow(
            Guid.CreateVersion7(time.GetUtcNow()),
            ShardOf(outgoing.Key),
            outgoing.Topic,
            outgoing.Key,
            outgoing.Body.Descriptor.FullName,
            payload,
            trace.TraceParent,
            trace.TraceState,
            trace.Baggage);
    }

    public async Task AppendAsync(NpgsqlTransaction transaction, IReadOnlyCollection<OutgoingEvent> events, CancellationToken cancellationToken)
    {
        if (transaction.Connection is not { } connection)
        {
            throw new InvalidOperationException("The transaction is over: an event has to commit with its effect.");
        }

        if (events.Count == 0)
        {
            return;
        }

        var rows = events.Select(Prepare).ToList();
        await using var command = new NpgsqlCommand(Insert, connection, transaction);
        command.Parameters.Add(new() { Value = rows.ConvertAll(r => r.EventId) });
        command.Parameters.Add(new() { Value = rows.ConvertAll(r => r.Shard) });
        command.Parameters.Add(new() { Value = rows.ConvertAll(r => r.Topic) });
        command.Parameters.Add(new() { Value = rows.ConvertAll(r => r.Key) });
        command.Parameters.Add(new() { Value = rows.ConvertAll(r => r.Type) });
        command.Parameters.Add(new() { Value = rows.ConvertAll(r => r.Payload) });
        command.Parameters.Add(Texts(rows.ConvertAll(r => r.TraceParent)));
        command.Parameters.Add(Texts(rows.ConvertAll(r => r.TraceState)));
        command.Parameters.Add(Texts(rows.ConvertAll(r => r.Baggage)));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public void Wake() => signal.Wake();

    /// <summary>The shard of a key: FNV-1a, which must never change, since rows of a key must not move while they wait.</summary>
    internal static short ShardOf(string key)
    {
        var hash = 2166136261u;
        foreach (var b in Encoding.UTF8.GetBytes(key))
        {
            hash = unchecked((hash ^ b) * 16777619u);
        }

        return (short)((hash ^ (hash >> 16)) % Shards);
    }

    private static NpgsqlParameter Texts(List<string?> values) =>
        new() { Value = values, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text };
}
