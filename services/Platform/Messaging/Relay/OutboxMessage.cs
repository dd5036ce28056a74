namespace Suite.Platform.Messaging.Relay;

/// <summary>A row of the outbox on its way to the broker.</summary>
internal sealed class OutboxMessage(RelayPage page, long id, OutboxRow row, DateTimeOffset createTime, string? extra)
{
    public RelayPage Page { get; } = page;

    public long Id { get; } = id;

    public OutboxRow Row { get; } = row;

    public DateTimeOffset CreateTime { get; } = createTime;

    /// <summary>Further headers as a JSON object of strings, or null.</summary>
    public string? Extra { get; } = extra;
}
