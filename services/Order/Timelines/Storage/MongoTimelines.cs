using System.Globalization;
using MongoDB.Bson;
using MongoDB.Driver;
using Suite.Platform.Errors;

namespace Suite.Orders.Timelines.Storage;

/// <summary>
/// The documents in MongoDB, a collection for each generation: <c>{_id: "OWNER-BUCKET", s: 1, owner, bucket, customer, entries: {KEY: …}}</c>.
/// Setting an entry is one update of one field, so that writers of the same document do not read it and never overwrite each other.
/// </summary>
internal sealed class MongoTimelines(IMongoDatabase database) : ITimelineStore, IDisposable
{
    /// <summary>The version of the form of a document; a reader takes older ones as they are.</summary>
    public const int Schema = 1;

    private const int DuplicateKey = 11000;
    private const int Attempts = 5;

    // Updates in one message. MongoDB takes a hundred thousand; FerretDB 1 stands still at a hundred.
    private const int BulkSize = 50;

    private static readonly BulkWriteOptions s_unordered = new() { IsOrdered = false };

    private static readonly string[] s_indexed = ["owner", "customer"];

    private readonly SemaphoreSlim _writing = new(1);

    public Task PrepareAsync(long generation, CancellationToken cancellationToken) => AnswerAsync(async () =>
    {
        // Asked for what is there, and not just made again: not every server of this protocol takes that.
        var indexes = Collection(generation).Indexes;
        using var found = await indexes.ListAsync(cancellationToken);
        var there = (await found.ToListAsync(cancellationToken)).SelectMany(index => index["key"].AsBsonDocument.Names).ToHashSet();
        var missing = s_indexed.Where(field => !there.Contains(field)).ToList();
        if (missing.Count > 0)
        {
            await indexes.CreateManyAsync(
                missing.Select(field => new CreateIndexModel<BsonDocument>(Builders<BsonDocument>.IndexKeys.Ascending(field))), cancellationToken);
        }

        return missing;
    });

    public Task SetAsync(long generation, IReadOnlyList<TimelineDocument> changes, CancellationToken cancellationToken) => AnswerAsync(async () =>
    {
        // One after the other, the consumer's and the builder's: MongoDB changes a document as one, others of its protocol may read it, change it
        // and write it.
        await _writing.WaitAsync(cancellationToken);
        try
        {
            foreach (var some in changes.Chunk(BulkSize))
            {
                await WriteAsync(Collection(generation), [.. some.Select(Write)], cancellationToken);
            }

            return changes;
        }
        finally
        {
            _writing.Release();
        }
    });

    public Task<IReadOnlyList<TimelineDocument>> FindAsync(long generation, IReadOnlyCollection<Guid> owners, CancellationToken cancellationToken) =>
        ReadAsync(Collection(generation).Find(Builders<BsonDocument>.Filter.In("owner", owners.Select(Name))), cancellationToken);

    public Task<IReadOnlyList<Guid>> OrdersOfAsync(long generation, IReadOnlyCollection<Guid> customers, CancellationToken cancellationToken) =>
        AnswerAsync<IReadOnlyList<Guid>>(async () =>
        {
            var found = await Collection(generation).Find(Builders<BsonDocument>.Filter.In("customer", customers.Select(Name)))
                .Project(Builders<BsonDocument>.Projection.Include("owner"))
                .ToListAsync(cancellationToken);
            return [.. found.Select(document => Id(document["owner"]))];
        });

    public Task<IReadOnlyList<TimelineDocument>> PageAsync(
        long generation, Guid afterOwner, long afterBucket, int count, CancellationToken cancellationToken) =>
        ReadAsync(
            Collection(generation).Find(Builders<BsonDocument>.Filter.Gt("_id", Key(afterOwner, afterBucket)))
                .Sort(Builders<BsonDocument>.Sort.Ascending("_id"))
                .Limit(count),
            cancellationToken);

    public Task DropAsync(long generation, CancellationToken cancellationToken) =>
        AnswerAsync(async () =>
        {
            await database.DropCollectionAsync(Place(generation), cancellationToken);
            return true;
        });

    public void Dispose() => _writing.Dispose();

    private static async Task WriteAsync(
        IMongoCollection<BsonDocument> documents, IReadOnlyList<WriteModel<BsonDocument>> writes, CancellationToken cancellationToken)
    {
        for (var attempt = 1; writes.Count > 0; attempt++)
        {
            try
            {
                await documents.BulkWriteAsync(writes, s_unordered, cancellationToken);
                return;
            }
            catch (MongoBulkWriteException<BsonDocument> e) when (attempt < Attempts && e.WriteConcernError is null && e.WriteErrors.All(error => error.Code == DuplicateKey))
            {
                // Two that made the same document at once: it is there now.
                writes = [.. e.WriteErrors.Select(error => writes[error.Index])];
            }
        }
    }

    private static string Place(long generation) => string.Create(CultureInfo.InvariantCulture, $"timelines_{generation}");

    // A name sorts as its owner and bucket do; the place before the first bucket is the owner alone.
    private static string Key(Guid owner, long bucket) =>
        bucket < 0 ? Name(owner) : string.Create(CultureInfo.InvariantCulture, $"{Name(owner)}-{bucket:D8}");

    private static string Name(Guid id) => id.ToString("N");

    private static Guid Id(BsonValue name) => Guid.ParseExact(name.AsString, "N");

    private static UpdateOneModel<BsonDocument> Write(TimelineDocument change)
    {
        var update = Builders<BsonDocument>.Update
            .SetOnInsert("s", Schema)
            .SetOnInsert("owner", Name(change.Owner))
            .SetOnInsert("bucket", change.Bucket);
        update = change.CustomerId is { } customer ? update.Set("customer", Name(customer)) : update;
        foreach (var entry in change.Entries)
        {
            update = update.Set($"entries.{entry.Key}", EntryBson.Of(entry));
        }

        return new UpdateOneModel<BsonDocument>(Builders<BsonDocument>.Filter.Eq("_id", Key(change.Owner, change.Bucket)), update) { IsUpsert = true };
    }

    private static TimelineDocument Read(BsonDocument document) => new(
        Id(document["owner"]),
        document["bucket"].ToInt64(),
        document.TryGetValue("customer", out var customer) ? Id(customer) : null,
        document.TryGetValue("entries", out var entries) ? [.. entries.AsBsonDocument.Select(entry => EntryBson.Read(entry.Value.AsBsonDocument))] : []);

    private static Task<IReadOnlyList<TimelineDocument>> ReadAsync(IFindFluent<BsonDocument, BsonDocument> query, CancellationToken cancellationToken) =>
        AnswerAsync<IReadOnlyList<TimelineDocument>>(async () => [.. (await query.ToListAsync(cancellationToken)).Select(Read)]);

    // Away for readers as for the projector; but what the server can not take, such as a document that is too large, it never will.
    private static async Task<T> AnswerAsync<T>(Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (Exception e) when (e is TimeoutException or MongoException and not MongoBulkWriteException { WriteErrors.Count: > 0 })
        {
            throw DomainError.DependencyUnavailable("timelines", e);
        }
    }

    private IMongoCollection<BsonDocument> Collection(long generation) => database.GetCollection<BsonDocument>(Place(generation));
}
