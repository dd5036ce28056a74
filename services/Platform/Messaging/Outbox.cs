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

    // A kept event is told once: whoever comes again with it commits nothing new.
    private const string Keep =
        $"""
        INSERT INTO event_history ({EventHistory.Columns})
        SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::bytea[], $5::uuid[]) ON CONFLICT DO NOTHING
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
        await using var batch = new NpgsqlBatch(connection, transaction);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Insert)
        {
            Parameters =
            {
                new() { Value = rows.ConvertAll(r => r.EventId) },
                new() { Value = rows.ConvertAll(r => r.Shard) },
                new() { Value = rows.ConvertAll(r => r.Topic) },
                new() { Value = rows.ConvertAll(r => r.Key) },
                new() { Value = rows.ConvertAll(r => r.Type) },
                new() { Value = rows.ConvertAll(r => r.Payload) },
                Texts(rows.ConvertAll(r => r.TraceParent)),
                Texts(rows.ConvertAll(r => r.TraceState)),
                Texts(rows.ConvertAll(r => r.Baggage)),
            },
        });
        if (events.Zip(rows).Where(e => e.First.History is not null).ToList() is { Count: > 0 } kept)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(Keep)
            {
                Parameters =
                {
                    new() { Value = kept.ConvertAll(e => e.First.History!.Value.Owner) },
                    new() { Value = kept.ConvertAll(e => e.First.History!.Value.Version) },
                    new() { Value = kept.ConvertAll(e => e.Second.Type) },
                    new() { Value = kept.ConvertAll(e => e.Second.Payload) },
                    new() { Value = kept.ConvertAll(e => TraceContext.IdOf(e.Second.TraceParent)), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid },
                },
            });
        }

        await batch.ExecuteNonQueryAsync(cancellationToken);
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
