using System.Globalization;
using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Suite.Platform.Errors;

namespace Suite.Orders.Timelines.Storage;

/// <summary>The documents in the table <c>timeline</c>, where no MongoDB is configured.</summary>
internal sealed class PostgresTimelines(NpgsqlDataSource dataSource) : ITimelineStore
{
    // In order of the key, so that two that write wait for each other instead of deadlocking.
    private const string Set =
        """
        INSERT INTO timeline (generation, owner, bucket, customer, entries)
        SELECT $1, c.owner, c.bucket, c.customer, c.entries
        FROM unnest($2::uuid[], $3::int[], $4::uuid[], $5::jsonb[]) AS c (owner, bucket, customer, entries) ORDER BY c.owner, c.bucket
        ON CONFLICT (generation, owner, bucket) DO UPDATE
        SET customer = COALESCE(excluded.customer, timeline.customer), entries = timeline.entries || excluded.entries
        """;

    private const string Find = "SELECT owner, bucket, customer, entries FROM timeline WHERE generation = $1 AND owner = ANY($2)";

    private const string OrdersOf = "SELECT owner FROM timeline WHERE generation = $1 AND customer = ANY($2)";

    private const string Page =
        """
        SELECT owner, bucket, customer, entries FROM timeline
        WHERE generation = $1 AND (owner, bucket) > ($2, $3) ORDER BY owner, bucket LIMIT $4
        """;

    public async Task PrepareAsync(long generation, CancellationToken cancellationToken)
    {
        // Two that come at once: IF NOT EXISTS is no lock.
        await ExecuteAsync(
            string.Create(CultureInfo.InvariantCulture, $"""
                SELECT pg_advisory_xact_lock(hashtext('timeline'));
                CREATE TABLE IF NOT EXISTS {Partition(generation)} PARTITION OF timeline FOR VALUES IN ({generation})
                """),
            cancellationToken);
    }

    public Task SetAsync(long generation, IReadOnlyList<TimelineDocument> changes, CancellationToken cancellationToken) => AnswerAsync(async () =>
    {
        await using var command = dataSource.CreateCommand(Set);
        command.Parameters.Add(new() { Value = generation });
        command.Parameters.Add(new() { Value = changes.Select(change => change.Owner).ToArray() });
        command.Parameters.Add(new() { Value = changes.Select(change => (int)change.Bucket).ToArray() });
        command.Parameters.Add(new() { Value = changes.Select(change => change.CustomerId).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid });
        command.Parameters.Add(new() { Value = changes.Select(Write).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Jsonb });
        return await command.ExecuteNonQueryAsync(cancellationToken);
    });

    public Task<IReadOnlyList<TimelineDocument>> FindAsync(long generation, IReadOnlyCollection<Guid> owners, CancellationToken cancellationToken) =>
        ReadAsync(Find, cancellationToken, generation, owners.ToArray());

    public Task<IReadOnlyList<Guid>> OrdersOfAsync(long generation, IReadOnlyCollection<Guid> customers, CancellationToken cancellationToken) =>
        AnswerAsync<IReadOnlyList<Guid>>(async () =>
        {
            await using var command = dataSource.CreateCommand(OrdersOf);
            command.Parameters.Add(new() { Value = generation });
            command.Parameters.Add(new() { Value = customers.ToArray() });
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            var orders = new List<Guid>();
            while (await reader.ReadAsync(cancellationToken))
            {
                orders.Add(reader.GetGuid(0));
            }

            return orders;
        });

    public Task<IReadOnlyList<TimelineDocument>> PageAsync(
        long generation, Guid afterOwner, long afterBucket, int count, CancellationToken cancellationToken) =>
        ReadAsync(Page, cancellationToken, generation, afterOwner, (int)afterBucket, count);

    public Task DropAsync(long generation, CancellationToken cancellationToken) =>
        ExecuteAsync(string.Create(CultureInfo.InvariantCulture, $"DROP TABLE IF EXISTS {Partition(generation)}"), cancellationToken);

    private static string Partition(long generation) => string.Create(CultureInfo.InvariantCulture, $"timeline_{generation}");

    private static string Write(TimelineDocument document) => JsonSerializer.Serialize(
        document.Entries.ToDictionary(entry => entry.Key, EntryJson.Of), TimelineJson.Default.DictionaryStringEntryJson);

    private Task<int> ExecuteAsync(string sql, CancellationToken cancellationToken) => AnswerAsync(async () =>
    {
        await using var command = dataSource.CreateCommand(sql);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    });

    private Task<IReadOnlyList<TimelineDocument>> ReadAsync(string sql, CancellationToken cancellationToken, params object[] values) =>
        AnswerAsync<IReadOnlyList<TimelineDocument>>(async () =>
        {
            await using var command = dataSource.CreateCommand(sql);
            foreach (var value in values)
            {
                command.Parameters.Add(new() { Value = value });
            }

            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            var documents = new List<TimelineDocument>();
            while (await reader.ReadAsync(cancellationToken))
            {
                var entries = JsonSerializer.Deserialize(reader.GetString(3), TimelineJson.Default.DictionaryStringEntryJson)!;
                documents.Add(new TimelineDocument(
                    reader.GetGuid(0), reader.GetInt32(1), reader.IsDBNull(2) ? null : reader.GetGuid(2), [.. entries.Values.Select(entry => entry.ToEntry())]));
            }

            return documents;
        });

    // Away for readers as for the projector. A generation whose place is not made yet, or gone already, is so for a moment too; but what
    // the database can not take, it never will.
    private static async Task<T> AnswerAsync<T>(Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (NpgsqlException e) when (e is not PostgresException { SqlState: ['2', '2', ..] })
        {
            throw DomainError.DependencyUnavailable("timelines", e);
        }
    }
}
