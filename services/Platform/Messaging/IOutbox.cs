using Npgsql;

namespace Suite.Platform.Messaging;

/// <summary>
/// Where a service leaves its events: rows that commit with the effect and are published by the relay, at least once, in
/// order of commit per key.
/// </summary>
public interface IOutbox
{
    /// <summary>Makes the row for a statement that inserts it itself, with the trace context of the caller.</summary>
    OutboxRow Prepare(OutgoingEvent outgoing);

    /// <summary>Inserts events in the caller's transaction.</summary>
    /// <exception cref="InvalidOperationException">The transaction is over: the event would not commit with its effect.</exception>
    Task AppendAsync(NpgsqlTransaction transaction, IReadOnlyCollection<OutgoingEvent> events, CancellationToken cancellationToken);

    /// <summary>Tells the relay of this process that something was committed. Call it after the commit; losing the call costs only time.</summary>
    void Wake();
}
