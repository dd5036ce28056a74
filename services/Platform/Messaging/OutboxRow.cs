namespace Suite.Platform.Messaging;

/// <summary>
/// One row of the table <c>outbox</c>, for statements that write it beside their own effect. The trace context is the one of
/// the code that made the row, never of whoever publishes it.
/// </summary>
/// <param name="EventId">The CloudEvents id, a UUIDv7.</param>
/// <param name="Shard">The shard of the key, 0 to 15.</param>
/// <param name="Topic">The topic.</param>
/// <param name="Key">The message key.</param>
/// <param name="Type">The CloudEvents type: the full name of the protobuf message.</param>
/// <param name="Payload">The protobuf body.</param>
/// <param name="TraceParent">W3C traceparent, or null.</param>
/// <param name="TraceState">W3C tracestate, or null.</param>
/// <param name="Baggage">W3C baggage, or null.</param>
public sealed record OutboxRow(
    Guid EventId,
    short Shard,
    string Topic,
    string Key,
    string Type,
    byte[] Payload,
    string? TraceParent,
    string? TraceState,
    string? Baggage)
{
    /// <summary>The columns a statement has to name, in the order of this record's properties.</summary>
    public const string Columns = "event_id, shard, topic, key, type, payload, traceparent, tracestate, baggage";
}
