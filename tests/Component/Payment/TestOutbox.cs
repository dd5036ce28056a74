using System.Diagnostics;
using Google.Protobuf;
using Npgsql;
using Suite.Platform.Messaging;

namespace Suite.Tests.Component.Payments;

/// <summary>Writes the outbox table as the messaging module does; nobody publishes from it.</summary>
internal sealed class TestOutbox : IOutbox
{
    private const string Insert =
        $"INSERT INTO outbox ({OutboxRow.Columns}) VALUES ($1, $2, $3, $4, $5, $6, NULL, NULL, NULL)";

    private int _wakes;

    public int Wakes => _wakes;

    public OutboxRow Prepare(OutgoingEvent outgoing) => new(
        Guid.CreateVersion7(),
        0,
        outgoing.Topic,
        outgoing.Key,
        outgoing.Body.Descriptor.FullName,
        outgoing.Body.ToByteArray(),
        Activity.Current?.Id,
        Activity.Current?.TraceStateString,
        null);

    public async Task AppendAsync(NpgsqlTransaction transaction, IReadOnlyCollection<OutgoingEvent> events, CancellationToken cancellationToken)
    {
        foreach (var row in events.Select(Prepare))
        {
            await using var command = new NpgsqlCommand(Insert, transaction.Connection, transaction);
            command.Parameters.Add(new() { Value = row.EventId });
            command.Parameters.Add(new() { Value = row.Shard });
            command.Parameters.Add(new() { Value = row.Topic });
            command.Parameters.Add(new() { Value = row.Key });
            command.Parameters.Add(new() { Value = row.Type });
            command.Parameters.Add(new() { Value = row.Payload });
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    public void Wake() => Interlocked.Increment(ref _wakes);
}
