using Npgsql;

namespace Suite.Platform.Messaging;

/// <summary>One kept event.</summary>
/// <param name="Place">Where it stands.</param>
/// <param name="Type">The CloudEvents type.</param>
/// <param name="Body">The protobuf body.</param>
/// <param name="TraceId">The trace it happened in, or null.</param>
public sealed record KeptEvent(EventPlace Place, string Type, byte[] Body, Guid? TraceId);

/// <summary>The events that a service keeps for good, see <see cref="OutgoingEvent.History"/>.</summary>
public sealed class EventHistory(NpgsqlDataSource dataSource)
{
    /// <summary>The columns of the table <c>event_history</c>, for statements that write it beside their own effect.</summary>
    public const string Columns = "owner, version, type, body, trace_id";

    private const string Page =
        $"SELECT {Columns} FROM event_history WHERE (owner, version, type) > ($1, $2, $3) ORDER BY owner, version, type LIMIT $4";

    private const string Count = "SELECT count(*) FROM event_history";

    /// <summary>Up to <paramref name="count"/> events behind a place and type, in order of owner and version.</summary>
    public async Task<IReadOnlyList<KeptEvent>> PageAsync(EventPlace after, string afterType, int count, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(Page);
        command.Parameters.Add(new() { Value = after.Owner });
        command.Parameters.Add(new() { Value = after.Version });
        command.Parameters.Add(new() { Value = afterType });
        command.Parameters.Add(new() { Value = count });
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>How many there are.</summary>
    public async Task<long> CountAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(Count);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static async Task<IReadOnlyList<KeptEvent>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var events = new List<KeptEvent>();
        while (await reader.ReadAsync(cancellationToken))
        {
            events.Add(new KeptEvent(
                new EventPlace(reader.GetGuid(0), reader.GetInt64(1)),
                reader.GetString(2),
                reader.GetFieldValue<byte[]>(3),
                reader.IsDBNull(4) ? null : reader.GetGuid(4)));
        }

        return events;
    }
}
